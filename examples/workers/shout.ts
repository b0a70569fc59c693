import { job } from "@job-orch/core";
import { serve } from "@job-orch/processes/worker";

serve(
  job<string, string>()({
    name: "shout",
    run: (text) => {
      if (text === "") throw new Error("nothing to shout");
      return `${text.toUpperCase()}!`;
    },
  }),
);
