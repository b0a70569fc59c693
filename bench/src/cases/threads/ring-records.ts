import { recordQueue, recordRing } from "@job-orch/threads";
import type { Case } from "../../harness/case.ts";
import { oneWay } from "../../loads/shared-memory/duo.ts";

const file = new URL("../../workers/shared-memory/records.worker.ts", import.meta.url);
const part = (role: string) => ({ file, role });
const COUNT = 1_000_000;
const DOUBLES = "port, arrays of 64 × 2 doubles";
const OBJECTS = "port, arrays of 64 objects";
const size = { records: 4_096, recordBytes: 16 };

/** Whether a ring of records pays. */
export const ringRecords: Case = {
  id: "ring-records",
  what: "records of two doubles from one thread to another, one way",
  unit: "messages/s",
  better: "higher",
  contenders: [
    {
      name: "record ring, 4,096",
      role: "ours",
      measure: (effort) =>
        oneWay({ from: part("writeRing"), to: [part("readRing")], shared: () => recordRing(size), count: COUNT }, effort),
    },
    {
      name: OBJECTS,
      role: "peer",
      measure: (effort) => oneWay({ from: part("sendObjects"), to: [part("takeObjects")], count: COUNT / 2, batch: 64 }, effort),
    },
    {
      name: DOUBLES,
      role: "limit",
      measure: (effort) => oneWay({ from: part("sendDoubles"), to: [part("takeDoubles")], count: COUNT, batch: 64 }, effort),
    },
  ],
  bar: [{ against: OBJECTS, times: 1 }],
  aim: [{ against: DOUBLES, times: 1 }],
};

const two = (role: string) => [part(role), part(role)];

/** Whether a queue with several receivers pays; over ports the sender deals the batches out in turn. */
export const ringQueue: Case = {
  id: "ring-queue",
  what: "records of two doubles from one thread to whichever of two others is free",
  unit: "messages/s",
  better: "higher",
  contenders: [
    {
      name: "record queue, 4,096",
      role: "ours",
      measure: (effort) =>
        oneWay({ from: part("pushQueue"), to: two("popQueue"), shared: () => recordQueue(size), count: COUNT / 2 }, effort),
    },
    {
      name: OBJECTS,
      role: "peer",
      measure: (effort) => oneWay({ from: part("sendObjects"), to: two("takeObjects"), count: COUNT / 2, batch: 64 }, effort),
    },
    {
      name: DOUBLES,
      role: "limit",
      measure: (effort) => oneWay({ from: part("sendDoubles"), to: two("takeDoubles"), count: COUNT, batch: 64 }, effort),
    },
  ],
  bar: [{ against: OBJECTS, times: 0.5 }],
  aim: [{ against: OBJECTS, times: 1 }],
};
