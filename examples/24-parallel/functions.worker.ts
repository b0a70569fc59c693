import { stagesJob } from "@job-orch/streams";
import { serve } from "@job-orch/threads";
import * as functions from "./functions.ts";

serve(stagesJob(functions));
