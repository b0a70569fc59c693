import { defineJob } from "../../src/index.ts";

class NotFound {
  readonly id = 1;
}
defineJob({ name: "find", run: (id: number) => id, errors: [NotFound] });
