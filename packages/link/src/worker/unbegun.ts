import { EXTRA, type Extra, headOf, Kind, slotOf } from "../wire/frames.ts";

export interface Unbegun {
  /** What the worker says of the requests that go back to the host. */
  readonly replies: readonly unknown[];
  /** Those that cannot go back, as batches: their buffers were moved here. */
  readonly kept: (readonly unknown[])[];
}

/** The requests that a worker has not begun when it is to end. `at`: where reading the first batch stopped. `keeps`: whether it can begin any still. */
export function unbegun(batches: readonly (readonly unknown[])[], at: number, keeps: boolean): Unbegun {
  const replies: unknown[] = [];
  const kept: (readonly unknown[])[] = [];
  for (const [index, batch] of batches.entries()) {
    for (let next = index === 0 ? at : 0; next < batch.length;) {
      const from = next;
      const head = batch[from] as number;
      const extra = (head & EXTRA) === 0 ? undefined : (batch[from + 3] as Extra);
      next += extra === undefined ? 3 : 4;
      if (keeps && extra?.moved === true) kept.push(batch.slice(from, next));
      else replies.push(headOf(Kind.Skipped, 0, 0, slotOf(head)), undefined);
    }
  }
  return { replies, kept };
}
