import { EXTRA } from "../wire/frames.ts";

/** Into how many batches a worker's requests are shared out. */
const PARTS = 4;

/**
 * How many requests go into one batch. A single batch goes back and forth, and whoever has not got it sleeps: waking up costs
 * more than many small jobs. With a few under way, the worker answers one while its host reads the last and fills the next.
 * They stay apart by themselves, as each is answered in one and what the answer sets free is sent in one.
 */
export function partSize(inFlight: number): number {
  return Math.ceil(inFlight / PARTS);
}

/** A batch of requests in batches of so many at most. */
export function inParts(batch: readonly unknown[], size: number): readonly (readonly unknown[])[] {
  const parts: (readonly unknown[])[] = [];
  for (let from = 0; from < batch.length;) {
    let to = from;
    for (let count = 0; count < size && to < batch.length; count++) to += ((batch[to] as number) & EXTRA) === 0 ? 3 : 4;
    parts.push(batch.slice(from, to));
    from = to;
  }
  return parts;
}
