import { expect, test } from "vitest";
import { parallel, stagesJob } from "../src/index.ts";
import type { StagesRequest, StagesResponse } from "../src/work/work.ts";
import { functions } from "./fixtures/pool.ts";

test("a worker whose turn is over when its stream is given up is asked no more", async () => {
  const { run } = stagesJob(functions);
  const abort = new AbortController();
  let sweeps = 0;
  const inProcess = {
    call: async (request: StagesRequest): Promise<StagesResponse> => {
      const response = await run(request, undefined, undefined as never);
      if (request.ask === "greet") return response;
      sweeps++;
      abort.abort(new RangeError("enough"));
      return { ...(response as object), exhausted: false } as StagesResponse;
    },
  };
  const view = new Float64Array(new SharedArrayBuffer(8 * 100));
  const stream = parallel(view, { pool: inProcess, functions, force: true, signal: abort.signal, workers: 1, chunk: 100 });
  await expect(stream.reduce("add", { identity: 0, combine: "add" })).rejects.toThrow("enough");
  expect(sweeps).toBe(1);
});
