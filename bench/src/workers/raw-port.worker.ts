import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { echo, noOp, spin, stamp } from "./work.ts";

const functions = { noOp, echo, spin, stamp, move: stamp } as unknown as Record<string, (value: unknown) => unknown>;
const { work } = workerData as { readonly work: string };
const run = functions[work] as (value: unknown) => unknown;
const port = parentPort as MessagePort;

// A message per request and per response: what a pool would be without a pool.
if (work === "move")
  port.on("message", ([slot, bytes]: [number, Uint8Array<ArrayBuffer>]) => port.postMessage([slot, run(bytes)], [bytes.buffer]));
else port.on("message", ([slot, value]: [number, unknown]) => port.postMessage([slot, run(value)]));
port.postMessage("ready");
