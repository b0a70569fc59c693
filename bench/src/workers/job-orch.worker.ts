import { serve, transfer } from "@job-orch/threads";
import { workerData } from "node:worker_threads";
import { jobs } from "./job-orch-jobs.ts";
import { stamp } from "./work.ts";

const { work } = workerData as { readonly work: keyof typeof jobs | "move" };
if (work === "move") serve({ ...jobs.stamp, run: (bytes: Uint8Array) => transfer(stamp(bytes)) });
else serve(jobs[work]);
