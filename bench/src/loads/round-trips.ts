import { isDeepStrictEqual } from "node:util";
import type { Effort } from "../harness/case.ts";
import { collectGarbage, mustEqual } from "./checks.ts";
import { order } from "./order.ts";

const LOOK_EVERY = 64;
/** Round-robin over several, so that nothing can remember the one it saw last. */
const VALUES = 16;

/** Units: nanoseconds per round trip of a plain object of 1 KiB as JSON. */
export function roundTrips(roundTrip: (value: unknown) => unknown, { warmUpMs, timedMs }: Effort): number {
  const values = Array.from({ length: VALUES }, (_, seed) => order(seed));
  for (const value of values) {
    mustEqual("bytes of the value as JSON", 1024, Buffer.byteLength(JSON.stringify(value)));
    mustEqual("values that came back as they were", 1, isDeepStrictEqual(roundTrip(value), value) ? 1 : 0);
  }
  repeatFor(warmUpMs, roundTrip, values);
  collectGarbage();
  const { count, tookMs } = repeatFor(timedMs, roundTrip, values);
  return (tookMs / count) * 1e6;
}

function repeatFor(
  forMs: number,
  roundTrip: (value: unknown) => unknown,
  values: readonly unknown[],
): { readonly count: number; readonly tookMs: number } {
  const startedMs = performance.now();
  let count = 0;
  let tookMs = 0;
  do {
    for (let left = LOOK_EVERY; left > 0; left--)
      if (roundTrip(values[count++ % VALUES]) === undefined) throw new Error("Nothing came back");
    tookMs = performance.now() - startedMs;
  } while (tookMs < forMs);
  return { count, tookMs };
}
