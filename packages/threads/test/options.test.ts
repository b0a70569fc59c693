import { deeds } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { threadPool, threads } from "../src/index.ts";
import { pool } from "./support/pool.ts";

const refused = expect.objectContaining({ code: "ERR_OPTION" });

test.for([
  { name: Symbol("none") },
  { name: "" },
  { wire: "xml" },
  { resourceLimits: { maxOldGenerationSizeMb: 1 } },
  { resourceLimits: { maxOldGenerationSizeMb: "x" } },
])("%o is refused at once", (options) => {
  expect(() => pool(options as never)).toThrow(refused);
});

test("a worker file takes a URL", () => {
  expect(() => threadPool("./jobs.worker.ts" as never)).toThrow(refused);
  expect(() => threads(deeds, "./jobs.worker.ts" as never)).toThrow(refused);
});
