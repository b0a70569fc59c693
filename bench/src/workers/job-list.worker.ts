import { type MessagePort, parentPort } from "node:worker_threads";
import { type Spin, spin } from "./work.ts";

const port = parentPort as MessagePort;

/** All there is to do at once, and one answer when it is done: no pool comes closer to what the cores give. */
port.on("message", (list: readonly Spin[]) => {
  port.postMessage(list.map(spin));
});
port.postMessage("ready");
