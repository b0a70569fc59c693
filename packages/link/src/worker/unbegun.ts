import { EXTRA, headOf, Kind, slotOf } from "../wire/frames.ts";

/** What a worker says of the requests it has not begun when it is to end: they go back to the host. `at`: where reading the first batch stopped. */
export function skipped(batches: readonly (readonly unknown[])[], at: number): unknown[] {
  const replies: unknown[] = [];
  for (const [index, batch] of batches.entries()) {
    for (let next = index === 0 ? at : 0; next < batch.length;) {
      const head = batch[next] as number;
      next += (head & EXTRA) === 0 ? 3 : 4;
      replies.push(headOf(Kind.Skipped, 0, 0, slotOf(head)), undefined);
    }
  }
  return replies;
}
