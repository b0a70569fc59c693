import { serve } from "@job-orch/threads";
import { countTermsJob } from "../jobs/count-terms.ts";

serve(countTermsJob);
