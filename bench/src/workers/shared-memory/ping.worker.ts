/** One asks, one answers, one at a time: over a ring in each direction, and over a port. */
import { ByteRingReader, ByteRingWriter } from "@job-orch/threads";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";

interface Given {
  readonly role: "ask" | "answer";
  readonly how: "ring" | "ring, waiting without blocking" | "port";
  readonly shared: readonly [SharedArrayBuffer, SharedArrayBuffer];
  readonly port: MessagePort;
}

const { role, how, shared, port } = workerData as Given;
const message = new Uint8Array(16);

async function overRing(count: number): Promise<Float64Array> {
  const tookMs = new Float64Array(count);
  const writer = new ByteRingWriter(shared[role === "ask" ? 0 : 1]);
  const reader = new ByteRingReader(shared[role === "ask" ? 1 : 0]);
  const await1 = how === "ring" || role === "answer" ? () => reader.waitSync() : () => reader.wait();
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now();
    if (role === "ask") {
      writer.write(message);
      writer.flush();
    }
    const waiting = await1();
    if (waiting instanceof Promise) await waiting;
    if (reader.read()?.length !== message.length) throw new Error("no answer");
    if (role === "answer") {
      writer.write(message);
      writer.flush();
    }
    tookMs[i] = performance.now() - startedMs;
  }
  return tookMs;
}

async function overPort(count: number): Promise<Float64Array> {
  const tookMs = new Float64Array(count);
  await new Promise<void>((resolve) => {
    let i = 0;
    let startedMs = performance.now();
    const ask = (): void => {
      startedMs = performance.now();
      port.postMessage(message, []);
    };
    port.on("message", () => {
      if (role === "answer") port.postMessage(message, []);
      tookMs[i++] = performance.now() - startedMs;
      if (i === count) {
        port.removeAllListeners("message");
        resolve();
      } else if (role === "ask") ask();
    });
    if (role === "ask") ask();
  });
  return tookMs;
}

parentPort?.on("message", async (count: number) => {
  const tookMs = how === "port" ? await overPort(count) : await overRing(count);
  parentPort?.postMessage(tookMs, []);
});
parentPort?.postMessage("ready", []);
