import { serve } from "@job-orch/processes/worker";
import { jobs } from "../job-orch-jobs.ts";

serve(jobs[process.env.BENCH_WORK as "noOp" | "echo"]);
