/** A process whose job blocks its event loop. */
import { blockingJob } from "./blocking-job.ts";

const [file, effects, durationMs] = process.argv.slice(2);
if (file === undefined || effects === undefined) throw new Error("usage: blocking-worker.ts <database> <effects> <milliseconds>");

process.once("disconnect", () => process.exit());
const { blocking } = blockingJob(file, effects, Number(durationMs), () => process.send?.("begun"));
await blocking.run();
