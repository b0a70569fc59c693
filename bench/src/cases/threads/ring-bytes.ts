import { byteRing } from "@job-orch/threads";
import type { Case } from "../../harness/case.ts";
import { oneWay } from "../../loads/shared-memory/duo.ts";

const file = new URL("../../workers/shared-memory/messages.worker.ts", import.meta.url);
const part = (role: string) => ({ file, role });
const COUNT = 1_000_000;
const JOINED = "port, 64 in one buffer";

/** Whether a ring of bytes pays. */
export const ringBytes: Case = {
  id: "ring-bytes",
  what: "messages of 96 bytes from one thread to another, one way; both ends of the ring block while they wait",
  unit: "messages/s",
  better: "higher",
  contenders: [
    {
      name: "byte ring, 64 KiB",
      role: "ours",
      measure: (effort) =>
        oneWay({ from: part("writeRing"), to: [part("readRing")], shared: () => byteRing(65_536), count: COUNT }, effort),
    },
    {
      name: "port, one each",
      role: "peer",
      measure: (effort) => oneWay({ from: part("sendEach"), to: [part("takeEach")], count: COUNT / 5 }, effort),
    },
    {
      name: "port, arrays of 64",
      role: "peer",
      measure: (effort) => oneWay({ from: part("sendArrays"), to: [part("takeArrays")], count: COUNT / 2, batch: 64 }, effort),
    },
    {
      name: JOINED,
      role: "limit",
      measure: (effort) => oneWay({ from: part("sendJoined"), to: [part("takeJoined")], count: COUNT, batch: 64 }, effort),
    },
  ],
  bar: [{ against: "port, arrays of 64", times: 1 }],
  aim: [{ against: JOINED, times: 1 }],
};
