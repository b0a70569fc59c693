import { byteRing } from "@job-orch/threads";
import type { Case } from "../../harness/case.ts";
import { oneWay } from "../../loads/shared-memory/duo.ts";

const file = new URL("../../workers/shared-memory/json.worker.ts", import.meta.url);
const part = (role: string) => ({ file, role });
const COUNT = 300_000;
const TEXT = "port, JSON of 64";

/** Whether a ring pays for values: they have to become bytes, and values again, one by one. */
export const ringJson: Case = {
  id: "ring-json",
  what: "objects of some 80 bytes as JSON from one thread to another, one way, made and looked at",
  unit: "messages/s",
  better: "higher",
  contenders: [
    {
      name: "byte ring, JSON each",
      role: "ours",
      measure: (effort) =>
        oneWay({ from: part("writeRing"), to: [part("readRing")], shared: () => byteRing(65_536), count: COUNT }, effort),
    },
    {
      name: "port, arrays of 64 objects",
      role: "peer",
      measure: (effort) => oneWay({ from: part("sendObjects"), to: [part("takeObjects")], count: COUNT, batch: 64 }, effort),
    },
    {
      name: TEXT,
      role: "limit",
      measure: (effort) => oneWay({ from: part("sendText"), to: [part("takeText")], count: COUNT, batch: 64 }, effort),
    },
  ],
  bar: [{ against: "port, arrays of 64 objects", times: 0.8 }],
  aim: [{ against: TEXT, times: 1 }],
};
