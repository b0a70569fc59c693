import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { byteRing } from "@job-orch/threads";
import type { Effort } from "../../harness/case.ts";
import { quantile } from "../../harness/figures.ts";
import { mustEqual } from "../checks.ts";

const CALLS = 20_000;
const SMOKE_CALLS = 200;
const file = new URL("../../workers/shared-memory/ping.worker.ts", import.meta.url);

/** One message there and one back, one at a time, between two threads. Units: microseconds, the median. */
export async function pingPong(how: "ring" | "ring, waiting without blocking" | "port", { smoke }: Effort): Promise<number> {
  const calls = smoke ? SMOKE_CALLS : CALLS;
  const shared = [byteRing(4_096), byteRing(4_096)];
  const { port1, port2 } = new MessageChannel();
  const asks = new Worker(file, { workerData: { role: "ask", how, shared, port: port1 }, transferList: [port1] });
  const answers = new Worker(file, { workerData: { role: "answer", how, shared, port: port2 }, transferList: [port2] });
  await Promise.all([once(asks, "message"), once(answers, "message")]);
  const ask = async (): Promise<Float64Array> => {
    const done = once(answers, "message");
    const asked = once(asks, "message");
    answers.postMessage(calls, []);
    asks.postMessage(calls, []);
    await done;
    return (await asked)[0] as Float64Array;
  };
  await ask();
  const tookMs = await ask();
  mustEqual("answers", calls, tookMs.length);
  await Promise.all([asks.terminate(), answers.terminate()]);
  return quantile(tookMs.sort(), 0.5) * 1_000;
}
