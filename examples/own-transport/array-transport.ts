import type { Capabilities, ChannelSpec, Delivery, Transport } from "@job-orch/core";
import { ClosedError, TooLargeError, UnsupportedError } from "@job-orch/core";
import { EventEmitter, once } from "node:events";

const absent = { delay: false, priority: false, dedupe: false, groups: false, replay: false, lease: false, transactional: false } as const;
const capabilities = Object.freeze({
  ...absent,
  durable: "none",
  ordered: "channel",
  maxFrameBytes: 1_000_000,
  scope: "process",
  wire: "bytes",
} as const satisfies Capabilities);

/** What waits in one work channel, or for one receiver of a broadcast; it tells when that has changed. */
class Mailbox extends EventEmitter {
  readonly ready: Delivery[] = [];
  readonly changed = (): boolean => this.emit("change");
  readonly change = (signal: AbortSignal): Promise<unknown> => once(this, "change", { signal }).catch(() => undefined); // or the abort
}

/** A transport of arrays and promises, for one process. `capacity`: how many frames a channel holds before a send waits. */
export function arrayTransport({ capacity = 100_000 } = {}): Transport<typeof capabilities> & { readonly name: "array" } {
  const channels = { work: new Map<string, Set<Mailbox>>(), broadcast: new Map<string, Set<Mailbox>>() };
  const closing = new AbortController();
  const check = (signal: AbortSignal, closed: AbortSignal): void => {
    signal.throwIfAborted();
    if (closed.aborted) throw new ClosedError("The array transport, or this end of it, is closed");
  };
  const mailboxesOf = ({ name, mode }: ChannelSpec): Set<Mailbox> => {
    const mailboxes = channels[mode].get(name) ?? new Set(mode === "work" ? [new Mailbox().setMaxListeners(0)] : []);
    channels[mode].set(name, mailboxes);
    return mailboxes;
  };

  return {
    name: "array",
    capabilities,
    sender: async (channel, signal) => {
      check(signal, closing.signal);
      const ending = new AbortController();
      const closed = AbortSignal.any([ending.signal, closing.signal]);
      return {
        send: async (frames, signal) => {
          check(signal, closed);
          const large = frames.map(({ body }) => (body as Uint8Array).byteLength).find((size) => size > capabilities.maxFrameBytes);
          if (large !== undefined) throw new TooLargeError(channel.name, capabilities.maxFrameBytes, large);
          for (const frame of frames) {
            for (const mailbox of mailboxesOf(channel)) {
              for (; channel.mode === "work" && mailbox.ready.length >= capacity; check(signal, closed))
                await mailbox.change(AbortSignal.any([signal, closed]));
              if (mailbox.ready.push({ frame, attempt: 1, fence: 1 }) > capacity) mailbox.ready.shift(); // who reads no broadcast misses the oldest
              mailbox.changed();
            }
          }
        },
        [Symbol.asyncDispose]: async () => ending.abort(),
      };
    },
    receiver: async (channel, { group, maxInFlight }, signal) => {
      check(signal, closing.signal);
      if (group !== undefined) throw new UnsupportedError("'array' has no 'groups' capability");
      const ending = new AbortController();
      const held = new Set<Delivery>();
      const mailboxes = mailboxesOf(channel);
      const [mailbox = new Mailbox()] = channel.mode === "work" ? mailboxes : [];
      mailboxes.add(mailbox);
      const again = ({ frame, attempt, fence }: Delivery, more: number) => ({ frame, attempt: attempt + more, fence: fence + 1 });
      return {
        receive: async (max, signal) => {
          const ends = AbortSignal.any([signal, ending.signal, closing.signal]);
          for (; !ends.aborted; await mailbox.change(ends)) {
            const taken = mailbox.ready.splice(0, Math.max(0, Math.min(max, maxInFlight - held.size)));
            for (const delivery of taken) held.add(delivery);
            if (taken.length > 0) return taken;
          }
          return [];
        },
        settle: async (settlements) => {
          if (ending.signal.aborted) return { lost: settlements.map(({ delivery }) => delivery) };
          for (const { delivery, outcome } of settlements) {
            if (outcome.kind === "extend" || !held.delete(delivery)) continue; // settled before: the first wins
            if (outcome.kind === "retry") mailbox.ready.unshift(again(delivery, outcome.charge ? 1 : 0));
          }
          mailbox.changed(); // there is room for who waits to send or to receive
          return undefined;
        },
        [Symbol.asyncDispose]: async () => {
          ending.abort();
          if (channel.mode === "broadcast") mailboxes.delete(mailbox);
          mailbox.ready.unshift(...[...held].map((delivery) => again(delivery, 0)));
          held.clear();
          mailbox.changed();
        },
      };
    },
    [Symbol.asyncDispose]: async () => closing.abort(),
  };
}
