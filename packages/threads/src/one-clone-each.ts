import { EXTRA, TEXT } from "@job-orch/link";
import type { Layout } from "./joined-texts.ts";

/**
 * The batch in parts that hold one cloned object each: a clone keeps what is the same within one message the same, and two
 * requests, or two responses, would come to share what they hold.
 */
export function oneCloneEach(batch: readonly unknown[], { first, body, step }: Layout): readonly (readonly unknown[])[] {
  let cut = first;
  let objects = 0;
  let parts: (readonly unknown[])[] | undefined;
  for (let at = first; at < batch.length;) {
    const head = batch[at] as number;
    if ((head & TEXT) === 0 && isObject(batch[at + body]) && ++objects > 1) {
      (parts ??= []).push(part(batch, first, cut, at, parts.length === 0));
      cut = at;
      objects = 1;
    }
    at += step + ((head & EXTRA) === 0 ? 0 : 1);
  }
  if (parts === undefined) return [batch];
  parts.push(part(batch, first, cut, batch.length, false));
  return parts;
}

/** Replies begin with two numbers, which only the first part has. */
function part(batch: readonly unknown[], first: number, from: number, to: number, begins: boolean): readonly unknown[] {
  if (begins) return batch.slice(0, to);
  return [...new Array<number>(first).fill(0), ...batch.slice(from, to)];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
