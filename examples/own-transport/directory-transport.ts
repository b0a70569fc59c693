import type { Capabilities, ChannelSpec, Delivery, Receiver, Transport } from "@job-orch/core";
import { ClosedError, SendError, TooLargeError, UnsupportedError } from "@job-orch/core";
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { FrameBox, lives } from "./frame-box.ts";

const absent = { delay: false, priority: false, dedupe: false, groups: false, replay: false, transactional: false } as const;
const present = { durable: "process", ordered: "channel", lease: "process", scope: "host", wire: "bytes" } as const;
const capabilities = Object.freeze({ ...absent, ...present, maxFrameBytes: 1_000_000 } satisfies Capabilities);
const POLL_MS = 5;

/** A transport of files in a directory, for the processes of one user on a host. */
export function directoryTransport(root: string): Transport<typeof capabilities> & { readonly name: "directory" } {
  const closing = new AbortController();
  const receivers = new Set<Receiver>();
  const placeOf = ({ name, mode }: ChannelSpec): string => join(root, mode, createHash("sha256").update(name).digest("hex"));
  const check = (signal: AbortSignal, ended = closing.signal): void => {
    signal.throwIfAborted();
    if (ended.aborted || closing.signal.aborted) throw new ClosedError("The directory transport, or this end of it, is closed");
  };

  const sender: Transport["sender"] = async (channel, signal) => {
    check(signal);
    const ending = new AbortController();
    const { folder } = new FrameBox(placeOf(channel)).make();
    return {
      send: async (frames, signal) => {
        check(signal, ending.signal);
        const size = Math.max(...frames.map(({ body }) => (body as Uint8Array).byteLength));
        if (size > capabilities.maxFrameBytes) throw new TooLargeError(channel.name, capabilities.maxFrameBytes, size);
        const listeners = channel.mode === "work" ? [] : readdirSync(folder).filter(lives);
        for (const [accepted, frame] of frames.entries()) {
          for (const listener of listeners) new FrameBox(folder, listener).put(frame);
          if (channel.mode === "work" && !new FrameBox(folder).put(frame)) throw new SendError(channel.name, { retry: "later", accepted });
        }
      },
      [Symbol.asyncDispose]: async () => ending.abort(),
    };
  };

  const receiver: Transport["receiver"] = async (channel, { group, maxInFlight }, signal) => {
    check(signal);
    if (group !== undefined) throw new UnsupportedError("'directory' has no 'groups' capability");
    const me = `${process.pid}-${randomUUID()}`;
    const box = new FrameBox(placeOf(channel), channel.mode === "work" ? "." : me).make();
    const ending = new AbortController();
    const held = new Map<Delivery, string>();
    const take = (most: number): Delivery[] => {
      const taken: Delivery[] = [];
      for (const file of most > 0 ? box.files() : []) {
        const loan = taken.length < most ? box.take(file, me) : undefined;
        if (loan === undefined) continue; // someone else was faster, or it is enough
        held.set(loan.delivery, loan.file);
        taken.push(loan.delivery);
      }
      return taken;
    };
    const self: Receiver = {
      receive: async (max, signal) => {
        const over = AbortSignal.any([signal, ending.signal]);
        for (; !over.aborted; await pause(POLL_MS, undefined, { signal: over }).catch(() => undefined)) {
          const taken = take(Math.min(max, maxInFlight - held.size));
          if (taken.length > 0) return taken;
        }
        return [];
      },
      settle: async (settlements) => {
        if (ending.signal.aborted) return { lost: settlements.map(({ delivery }) => delivery) };
        for (const { delivery, outcome } of settlements) {
          const file = held.get(delivery);
          if (file === undefined || outcome.kind === "extend") continue; // settled before: the first wins
          held.delete(delivery);
          if (outcome.kind === "ack") box.remove(file);
          else if (outcome.kind === "dead") box.bury(file);
          else box.giveBack(file, outcome.charge);
        }
        return undefined;
      },
      [Symbol.asyncDispose]: async () => {
        ending.abort();
        receivers.delete(self);
        for (const file of held.values()) box.giveBack(file, false);
        held.clear();
        if (channel.mode === "broadcast") rmSync(box.folder, { recursive: true, force: true });
      },
    };
    receivers.add(self);
    return self;
  };

  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(Array.from(receivers, (one) => one[Symbol.asyncDispose]()));
  };
  return { name: "directory", capabilities, sender, receiver, [Symbol.asyncDispose]: close };
}
