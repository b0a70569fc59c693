import { defineJob } from "@job-orch/core";
import { serve } from "@job-orch/threads";

export const rows = defineJob({
  name: "rows",
  run: async function* (csv: string) {
    for (const line of csv.split("\n")) {
      const [name = "", score = ""] = line.split(",");
      yield { name, score: Number(score) };
    }
  },
});

serve(rows);
