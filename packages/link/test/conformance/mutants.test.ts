import { catchHostMutants } from "@job-orch/conformance";
import { describe, test } from "vitest";
import { harness } from "../support/harness.ts";

// Several at a time: what they do is wait.
describe.concurrent("sabotaged", () => {
  catchHostMutants({ test, harness: { ...harness, slowMs: 5_000 } });
});
