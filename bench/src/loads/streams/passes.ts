import type { Effort } from "../../harness/case.ts";
import { collectGarbage } from "../checks.ts";

/** A pass takes long: a few of them, not one. */
const LEAST_PASSES = 3;

/** Passes over so many items again and again for the time given; `check` looks at what each came to, untimed. Units: items per second. */
export async function passes<Came>(
  items: number,
  { warmUpMs, timedMs, smoke }: Effort,
  pass: () => Promise<Came> | Came,
  check: (came: Came) => void,
): Promise<number> {
  for (let tookMs = 0; tookMs < warmUpMs * 2;) {
    const startedMs = performance.now();
    check(await pass());
    tookMs += performance.now() - startedMs;
  }
  let timed = 0;
  let count = 0;
  while (timed < timedMs * 2 || (!smoke && count < LEAST_PASSES)) {
    collectGarbage();
    const startedMs = performance.now();
    const came = await pass();
    timed += performance.now() - startedMs;
    count++;
    check(came);
  }
  return (items * count * 1_000) / timed;
}
