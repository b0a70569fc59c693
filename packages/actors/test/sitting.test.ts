import type { RunContext } from "@job-orch/core";
import { rejection } from "@job-orch/test-support";
import { expect, it } from "vitest";
import { Sitting } from "../src/placement/sitting.ts";
import { toText } from "../src/text.ts";

const context: RunContext = {
  id: "m1",
  attempt: 1,
  fence: 1,
  headers: {},
  deadline: undefined,
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
};

it("a job in a worker may wait longer than a timer of the system can", async () => {
  const sitting = new Sitting(() => "ticket", context, []);
  const others = sitting.askedBy("others");
  const answer = await sitting.begin(async () => {
    const patient = others.ask("patient" as never, { timeoutMs: Number.MAX_SAFE_INTEGER });
    const error = await rejection(others.ask("hasty" as never, { timeoutMs: 20 }));
    return { response: [(error as { readonly code?: string }).code, await patient] };
  });
  expect(answer.asks?.map(({ n }) => n)).toEqual([1, 2]);
  let end = await sitting.resume([{ n: 1, response: toText("here") }], context);
  while (end.waits !== undefined) end = await sitting.resume([], context);
  expect(end).toEqual({ response: ["ERR_DEADLINE", "here"] });
});
