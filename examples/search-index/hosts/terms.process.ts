import { serve } from "@job-orch/processes/worker";
import { countTermsJob } from "../jobs/count-terms.ts";

serve(countTermsJob);
