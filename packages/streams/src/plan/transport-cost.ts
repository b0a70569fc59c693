import type { Items } from "../work/pack.ts";
import { pack, unpackList } from "../work/pack.ts";

const MOST_MEASURED = 64;
/** Queues, slots and the message's own share. Units: microseconds. */
const FIXED_US = 0.1;

/** What it costs to send these items away and to get those back, per item sent. Units: microseconds; `Infinity`: they cannot leave. */
export function transportCostUs(sent: Items | undefined, got: readonly unknown[]): number {
  try {
    const { values, start, end } = sent ?? { values: [], start: 0, end: 0 };
    const count = Math.min(end - start, MOST_MEASURED);
    const there = Array.from({ length: count }, (_, index) => values[end - count + index]);
    const back = got.slice(-MOST_MEASURED);
    measure(there); // the first time pays for what is compiled
    measure(back);
    const backPart = count === 0 ? 1 : Math.min(1, got.length / (end - start)); // of the items sent, so many come back
    return FIXED_US + measure(there) + measure(back) * backPart;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Units: microseconds per value, there or back. */
function measure(values: readonly unknown[]): number {
  if (values.length === 0) return 0;
  const startedMs = performance.now();
  const packed = pack(values, true);
  if ("list" in packed) structuredClone(packed.list);
  else unpackList(packed);
  return ((performance.now() - startedMs) * 1_000) / values.length;
}
