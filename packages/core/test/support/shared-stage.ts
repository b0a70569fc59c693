import { pipe, processor, type Transport } from "../../src/index.ts";
import type { belongings } from "./belongings.ts";
import { plainJob } from "./plain-job.ts";

/** Two pipelines that share their first stage, on this transport: it holds the request 1 until the gate opens, and notes what it began. */
export function sharedStage(transport: Transport, own: ReturnType<typeof belongings>["own"]) {
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  const held = plainJob({
    name: "held",
    run: async (value: number) => {
      begun.push(value);
      if (value === 1) await gate.promise;
      return value;
    },
  });
  const shared = own(processor(held, { transport }));
  const last = own(processor(plainJob({ name: "last", run: (value: number) => value }), { transport }));
  return { gate, begun, shared, one: own(pipe(shared, last).named("one")), two: own(pipe(shared, last).named("two")) };
}
