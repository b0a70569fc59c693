import { defineJob } from "@job-orch/core";
import { serve } from "@job-orch/threads";

export const primes = defineJob({
  name: "primes",
  run: ({ from, to }: { readonly from: number; readonly to: number }) => {
    let count = 0;
    for (let n = Math.max(2, from); n < to; n++) {
      let at = 2;
      while (at * at <= n && n % at !== 0) at++;
      if (at * at > n) count++;
    }
    return count;
  },
});

serve(primes);
