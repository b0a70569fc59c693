import { deeds } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { serve, threadPool, threads } from "../src/index.ts";

const file = new URL("./fixtures/deeds.worker.ts", import.meta.url);
const refused = expect.objectContaining({ code: "ERR_OPTION" });

test.for([
  { name: Symbol("none") },
  { name: "" },
  null,
  { wire: "xml" },
  { size: null },
  { queue: null },
  { resourceLimits: null },
  { execArgv: "--no-warnings" },
  { resourceLimits: { maxOldGenerationSizeMb: 1 } },
  { resourceLimits: { maxOldGenerationSizeMb: "x" } },
])("%o is refused at once", (options) => {
  expect(() => threads(deeds, file, options as never)).toThrow(refused);
  expect(() => threadPool(file, options as never)).toThrow(refused);
});

test("resources are made by a function, and nothing else stands in for it", () => {
  for (const resources of [{ db: "open" }, null, "db"]) expect(() => serve(deeds, resources as never)).toThrow(refused);
});

test("a worker file takes a URL", () => {
  expect(() => threadPool("./jobs.worker.ts" as never)).toThrow(refused);
  expect(() => threads(deeds, "./jobs.worker.ts" as never)).toThrow(refused);
});

test("the options of threads that several jobs share are given where those are made", async () => {
  await using pool = threadPool(file, { size: 1 });
  expect(() => threads(deeds, pool, { size: 2 })).toThrow(/takes no "size"/);
  expect(threads(deeds, pool).name).toBe("deeds");
  expect(threads(deeds, pool, { inline: undefined, size: undefined } as never).name).toBe("deeds"); // as if nothing were said
});
