import type { Held } from "./held.ts";

export interface OpenWindow<Message> {
  readonly startMs: number;
  readonly endMs: number;
  readonly messages: Message[];
  readonly held: Held[];
}

/** Finds the windows of a message, opening or widening them; none when all have closed. */
export type Place<Message> = (open: OpenWindow<Message>[], timeMs: number, watermarkMs: number) => readonly OpenWindow<Message>[];

/** Windows of one length, one beginning every so often. `open` is kept in the order of their beginnings, and so of their ends. */
export function placeInFixed<Message>(sizeMs: number, everyMs: number, offsetMs: number): Place<Message> {
  return (open, timeMs, watermarkMs) => {
    const placed: OpenWindow<Message>[] = [];
    const lastMs = Math.floor((timeMs - offsetMs) / everyMs) * everyMs + offsetMs;
    for (let startMs = lastMs; startMs + sizeMs > timeMs && startMs + sizeMs > watermarkMs; startMs -= everyMs) {
      const index = indexOf(open, startMs);
      if (open[index]?.startMs !== startMs) open.splice(index, 0, { startMs, endMs: startMs + sizeMs, messages: [], held: [] });
      placed.push(open[index] as OpenWindow<Message>);
    }
    return placed;
  };
}

/** Windows that end when nothing happened for a while. A message between two of them makes them one. */
export function placeInSession<Message>(gapMs: number): Place<Message> {
  return (open, timeMs, watermarkMs) => {
    let startMs = timeMs;
    let endMs = timeMs + gapMs;
    let from = open.length;
    while (from > 0 && (open[from - 1] as OpenWindow<Message>).startMs >= endMs) from--;
    let first = from;
    while (first > 0 && (open[first - 1] as OpenWindow<Message>).endMs > startMs) first--;
    if (first === from && endMs <= watermarkMs) return [];
    const joined = open.slice(first, from);
    for (const window of joined) {
      startMs = Math.min(startMs, window.startMs);
      endMs = Math.max(endMs, window.endMs);
    }
    // The usual one is widened as it is: a long session must not be copied with every message.
    const messages = joined[0]?.messages ?? [];
    const held = joined[0]?.held ?? [];
    for (const other of joined.slice(1)) {
      for (const message of other.messages) messages.push(message);
      for (const one of other.held) held.push(one);
    }
    const widened: OpenWindow<Message> = { startMs, endMs, messages, held };
    open.splice(first, joined.length, widened);
    return [widened];
  };
}

/** Where a window that begins then stands or belongs; mostly at the end. */
function indexOf(open: readonly OpenWindow<unknown>[], startMs: number): number {
  let index = open.length;
  while (index > 0 && (open[index - 1] as OpenWindow<unknown>).startMs >= startMs) index--;
  return index;
}
