/** A process that works on a three-stage pipeline over one SQLite file until it is killed. Every run leaves a line in a file. */
import { appendFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { threeStages } from "./three-stages.ts";

const [file, effects] = process.argv.slice(2);
if (file === undefined || effects === undefined) throw new Error("usage: pipeline-worker.ts <database> <effects>");

const { pipeline } = threeStages(file, async (stage, id, attempt) => {
  appendFileSync(effects, `${stage} ${id} ${attempt}\n`);
  await wait(Math.random() * 4);
});
pipeline.on("connected", () => process.send?.("working"));
await pipeline.run();
