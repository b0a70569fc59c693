import { job } from "@job-orch/core";
import { type Terms, termsOf } from "./terms.ts";

/** The part of tokenising that only computes: it runs wherever there is a processor to spare. Words may come back in either case. */
export const countTermsJob = job<string, Terms>()({ name: "count-terms", run: (text) => termsOf(text) });
