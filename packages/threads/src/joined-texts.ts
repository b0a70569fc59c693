import { EXTRA, TEXT } from "@job-orch/link";

/** Short texts of a batch travel as one, which is read at once: half of what each costs by itself. Units: characters. */
const LONGEST = 256;

/** Where a batch has what (link's wire/frames.ts): its first head, and the body after a head. */
export interface Layout {
  readonly first: number;
  readonly body: number;
  /** How far it is to the next head, without an `Extra`. */
  readonly step: number;
}

export const REQUESTS: Layout = { first: 0, body: 2, step: 3 };
export const REPLIES: Layout = { first: 2, body: 1, step: 2 };

/** The batch with its short texts as one list at its end; their own places are empty. */
export function joinTexts(batch: readonly unknown[], { first, body }: Layout): readonly unknown[] {
  if (batch.length <= first + body + 2) return batch; // one alone has nothing to be joined with
  let joined: unknown[] | undefined;
  let list = "";
  for (let at = first; at < batch.length; at += sizeOf(batch[at] as number, body)) {
    if (((batch[at] as number) & TEXT) === 0) continue;
    const text = batch[at + body] as string;
    if (text.length > LONGEST) continue;
    joined ??= batch.slice();
    joined[at + body] = undefined;
    list += list === "" ? text : `,${text}`;
  }
  if (joined === undefined) return batch;
  joined.push(`[${list}]`);
  return joined;
}

/** Puts what was joined back into its places, as values. */
export function splitTexts(batch: unknown[], { first, body }: Layout): readonly unknown[] {
  let values: readonly unknown[] | undefined;
  let next = 0;
  for (let at = first; at < batch.length; at += sizeOf(batch[at] as number, body)) {
    const head = batch[at] as number;
    if ((head & TEXT) === 0 || batch[at + body] !== undefined) continue;
    values ??= JSON.parse(batch.pop() as string) as readonly unknown[];
    batch[at] = head & ~TEXT;
    batch[at + body] = values[next++];
  }
  return batch;
}

function sizeOf(head: number, body: number): number {
  return body + 1 + ((head & EXTRA) === 0 ? 0 : 1);
}
