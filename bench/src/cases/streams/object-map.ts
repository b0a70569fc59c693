import type { Case } from "../../harness/case.ts";

/** Objects that go to a worker and come back as others. */
export const objectMapW2: Case = {
  id: "object-map-w2",
  what: "a function of about 10 µs over 50,000 objects of 3 fields into as many others, 2 workers; items",
  unit: "calls/s",
  better: "higher",
  contenders: [
    {
      name: "job-orch, 2 workers",
      role: "ours",
      measure: async (effort) => (await import("../../loads/streams/object-map.ts")).objectMapParallel(effort),
    },
    {
      name: "one thread",
      role: "limit",
      measure: async (effort) => (await import("../../loads/streams/object-map.ts")).objectMapLoop(effort),
    },
  ],
  bar: [{ against: "one thread", times: 1.4 }],
  aim: [{ against: "one thread", times: 1.7 }],
};
