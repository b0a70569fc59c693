import type { Dedupe, Frame, Transport } from "@job-orch/core";
import type { Entry } from "../reference/entry.ts";
import { ReferenceQueue } from "../reference/queue.ts";
import { type Mutant, part, wrapping } from "./mutant.ts";

const INT32_MS = 2 ** 31 - 1;
const late = /deliveries came within/;

/** Alters what a frame asks for. */
function options(name: string, breaks: Mutant["breaks"], alter: (frame: Frame, nowMs: number) => Frame["options"]): Mutant {
  return part(name, breaks, () => ({
    Queue: class extends ReferenceQueue {
      override put(frame: Frame): void {
        super.put({ ...frame, options: alter(frame, this.nowMs) });
      }
    },
  }));
}

function dedupes(name: string, breaks: Mutant["breaks"], alter: (dedupe: Dedupe) => Dedupe | undefined): Mutant {
  return options(name, breaks, ({ options: own }) => (own?.dedupe === undefined ? own : { ...own, dedupe: alter(own.dedupe) }));
}

class DelayBlocks extends ReferenceQueue {
  override ready(): Entry[] {
    const first = this.entries.findIndex(({ dueMs }) => dueMs > this.nowMs);
    const ready = new Set(first === -1 ? this.entries : this.entries.slice(0, first));
    return super.ready().filter((entry) => ready.has(entry));
  }
}

class RetryIgnoresDelay extends ReferenceQueue {
  override comeBack(entry: Entry, how: Parameters<ReferenceQueue["comeBack"]>[1]): void {
    super.comeBack(entry, { ...how, delayMs: 0 });
  }
}

class PastIsNever extends ReferenceQueue {
  override ready(): Entry[] {
    return super.ready().filter(({ frame, dueMs }) => frame.options?.dueMs === undefined || dueMs > this.nowMs - 3_600_000);
  }
}

class StarvesLow extends ReferenceQueue {
  override pick(ready: Entry[]): Entry {
    const best = ready.reduce((one, other) => (other.priority > one.priority ? other : one));
    return ready.splice(ready.indexOf(best), 1)[0] as Entry;
  }
}

class NewestOfLevel extends ReferenceQueue {
  override pick(ready: Entry[]): Entry {
    return super.pick(ready.reverse());
  }
}

class ReplacesWhatRuns extends ReferenceQueue {
  override putDuplicate(holder: Entry, frame: Frame, dedupe: Dedupe): void {
    super.putDuplicate(holder, frame, dedupe);
    if (dedupe.onDuplicate === "replace") holder.frame = { ...holder.frame, body: frame.body };
  }
}

class ReplaceKeepsDue extends ReferenceQueue {
  override putDuplicate(holder: Entry, frame: Frame, dedupe: Dedupe): void {
    const { dueMs } = holder;
    super.putDuplicate(holder, frame, dedupe);
    holder.dueMs = dueMs;
  }
}

/** One table of keys for all channels. */
function acrossChannels(): Partial<{ Queue: typeof ReferenceQueue }> {
  const seen = new Set<string>();
  return {
    Queue: class extends ReferenceQueue {
      override put(frame: Frame): void {
        const key = frame.options?.dedupe?.key;
        if (key !== undefined && seen.has(key)) return;
        if (key !== undefined) seen.add(key);
        super.put(frame);
      }
    },
  };
}

export const optional: readonly Mutant[] = [
  options(
    "delay-ignored",
    { "SPI-DLY-01": /ms before it was due/, "SPI-DLY-02": /ms before it was due/, "SPI-DLY-03": /before it was due/ },
    ({ options: own }) => ({ ...own, dueMs: undefined }),
  ),
  options("delay-capped-int32: what is due later fires at once", { "SPI-DLY-05": /due in 30 days, but/ }, ({ options: own }, nowMs) =>
    (own?.dueMs ?? 0) - nowMs > INT32_MS ? { ...own, dueMs: undefined } : own,
  ),
  part(
    "delay-blocks: what is delayed holds up what is behind it",
    { "API-RTY-06": /beside one that waits is answered: not within|No response/, "SPI-DLY-03": /came after it/ },
    () => ({ Queue: DelayBlocks }),
  ),
  part("retry-ignores-delay", { "API-RTY-02": /the backoff being/, "SPI-DLY-04": /its delay being 200 ms/ }, () => ({
    Queue: RetryIgnoresDelay,
  })),
  part("past-is-never", { "SPI-DLY-06": late }, () => ({ Queue: PastIsNever })),
  options("priority-ignored", { "SPI-PRI-01": /not followed/, "SPI-PRI-02": /only 0 of the first 40/ }, ({ options: own }) => ({
    ...own,
    priority: undefined,
  })),
  part("starves-low", { "SPI-PRI-03": /never delivered/ }, () => ({ Queue: StarvesLow })),
  part("newest-of-level-first", { "SPI-PRI-04": /order was changed/ }, () => ({ Queue: NewestOfLevel })),
  dedupes("dedupe-ignored", { "SPI-DDP-01": /./, "SPI-DDP-02": /./, "SPI-DDP-08": /there is one frame, but|replaced/ }, () => undefined),
  part("dedupe-across-channels", { "SPI-DDP-03": late }, acrossChannels),
  dedupes("dedupe-never-ends", { "SPI-DDP-04": late }, (dedupe) => ({ ...dedupe, windowMs: Number.POSITIVE_INFINITY })),
  dedupes("pending-is-window", { "SPI-DDP-05": late }, (dedupe) => ({ ...dedupe, scope: "window" })),
  dedupes("window-is-pending", { "SPI-DDP-06": /window has not ended, but/ }, (dedupe) => ({ ...dedupe, scope: "pending" })),
  dedupes("replace-ignored", { "SPI-DDP-07": /'old'|old/, "SPI-DDP-09": late }, (dedupe) => ({ ...dedupe, onDuplicate: "drop" })),
  part("replaces-what-was-begun", { "SPI-DDP-08": /replaced after it was begun/ }, () => ({ Queue: ReplacesWhatRuns })),
  part("replace-keeps-due", { "SPI-DDP-09": late }, () => ({ Queue: ReplaceKeepsDue })),
  wrapping("dedupe-per-connection", { "SPI-DDP-10": /the others were duplicates, but|Expected values/ }, () => {
    const connections = new Map<Transport, number>();
    const numberOf = (transport: Transport): number => connections.get(transport) ?? connections.set(transport, connections.size).size;
    return {
      sender: (sender, _, transport) => ({
        send: (frames, signal) =>
          sender.send(
            frames.map((frame) => keyedBy(frame, numberOf(transport))),
            signal,
          ),
      }),
    };
  }),
];

/** The same frame with a key of its connection's own. */
function keyedBy(frame: Frame, connection: number): Frame {
  const dedupe = frame.options?.dedupe;
  return dedupe === undefined
    ? frame
    : { ...frame, options: { ...frame.options, dedupe: { ...dedupe, key: `${connection}/${dedupe.key}` } } };
}
