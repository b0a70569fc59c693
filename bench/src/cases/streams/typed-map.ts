import type { Case } from "../../harness/case.ts";

/** Numbers in shared memory, half a microsecond of work each. */
export const typedMapW2: Case = {
  id: "typed-map-w2",
  what: "a function of about 0.5 µs over 1,000,000 numbers in a typed array into another, 2 workers; items",
  unit: "calls/s",
  better: "higher",
  contenders: [
    {
      name: "job-orch, 2 workers",
      role: "ours",
      measure: async (effort) => (await import("../../loads/streams/typed-map.ts")).typedMapParallel(effort),
    },
    {
      name: "one thread",
      role: "limit",
      measure: async (effort) => (await import("../../loads/streams/typed-map.ts")).typedMapLoop(effort),
    },
  ],
  bar: [{ against: "one thread", times: 1.8 }],
  aim: [{ against: "one thread", times: 1.95 }],
};
