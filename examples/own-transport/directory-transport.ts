import type { Capabilities, ChannelSpec, Delivery, Frame, Receiver, Transport } from "@job-orch/core";
import { ClosedError, SendError, TooLargeError, UnsupportedError } from "@job-orch/core";
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const absent = { delay: false, priority: false, dedupe: false, groups: false, replay: false, transactional: false } as const;
const present = {
  durable: "process",
  ordered: "channel",
  lease: "process",
  maxFrameBytes: 1_000_000,
  scope: "host",
  wire: "bytes",
} as const;
const capabilities = Object.freeze({ ...absent, ...present } satisfies Capabilities);
const POLL_MS = 5;
let last = 0;

/** Sorts by the time of the send, also among the processes of a host. */
const stamp = (): string => `${(last = Math.max(last + 1, Date.now() * 1_000))}-${process.pid}`;
const folder = (...path: string[]): string => (mkdirSync(join(...path), { recursive: true }), join(...path));
const lives = (owner: string): boolean => succeeds(() => process.kill(Number.parseInt(owner, 10), 0)); // owners are `<pid>-<uuid>`

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

/**
 * A transport of files in a directory, for the processes of a user on a host. A frame is `<stamp>~<attempt>~<fence>~<owner>` in
 * its channel's folder, the owner being nobody, a receiver, or `dead`. To take it is to rename it, which only one can.
 */
export function directoryTransport(root: string): Transport<typeof capabilities> & { readonly name: "directory" } {
  const closing = new AbortController();
  const receivers = new Set<Receiver>();
  const folderOf = ({ name, mode }: ChannelSpec): string => folder(root, mode, createHash("sha256").update(name).digest("hex"));
  const check = (signal: AbortSignal, ended = closing.signal): void => {
    signal.throwIfAborted();
    if (ended.aborted || closing.signal.aborted) throw new ClosedError("The directory transport, or this end of it, is closed");
  };

  const sender: Transport["sender"] = async (channel, signal) => {
    check(signal);
    const ending = new AbortController();
    const send = async (frames: readonly Frame[], signal: AbortSignal): Promise<void> => {
      check(signal, ending.signal);
      const size = Math.max(...frames.map(({ body }) => (body as Uint8Array).byteLength));
      if (size > capabilities.maxFrameBytes) throw new TooLargeError(channel.name, capabilities.maxFrameBytes, size);
      const place = folderOf(channel);
      const boxes = channel.mode === "work" ? ["."] : readdirSync(place).filter(lives);
      for (const { id, headers, body } of frames) {
        const text = JSON.stringify({ id, headers, body: Buffer.from(body as Uint8Array).toString("base64") });
        for (const box of boxes) {
          const draft = join(folder(root, "drafts"), randomUUID());
          writeFileSync(draft, text);
          const stored = succeeds(() => renameSync(draft, join(place, box, `${stamp()}~0~0~`)));
          if (!stored && channel.mode === "work") throw new SendError(channel.name, { retry: "unknown" }); // a listener may have gone
        }
      }
    };
    return { send, [Symbol.asyncDispose]: async () => ending.abort() };
  };

  const receiver: Transport["receiver"] = async (channel, { group, maxInFlight }, signal) => {
    check(signal);
    if (group !== undefined) throw new UnsupportedError("'directory' has no 'groups' capability");
    const me = `${process.pid}-${randomUUID()}`;
    const box = channel.mode === "work" ? folderOf(channel) : folder(folderOf(channel), me);
    const ending = new AbortController();
    const held = new Map<Delivery, string>();
    const move = (file: string, to: string): boolean => succeeds(() => renameSync(join(box, file), join(box, to)));
    const giveBack = ({ attempt, fence }: Delivery, file: string, charge: boolean): boolean =>
      move(file, `${file.split("~")[0]}~${attempt - (charge ? 0 : 1)}~${fence}~`);
    const take = (file: string): Delivery[] => {
      const [sent, attempt, fence, owner = ""] = file.split("~");
      if (owner === "dead" || (owner !== "" && lives(owner))) return [];
      const loan = { attempt: Number(attempt) + 1, fence: Number(fence) + 1 };
      const mine = `${sent}~${loan.attempt}~${loan.fence}~${me}`;
      if (!move(file, mine)) return [];
      const { body, ...frame } = JSON.parse(readFileSync(join(box, mine), "utf8")) as Frame & { readonly body: string };
      const delivery = { frame: { ...frame, body: new Uint8Array(Buffer.from(body, "base64")) }, ...loan };
      held.set(delivery, mine);
      return [delivery];
    };
    const self: Receiver = {
      receive: async (max, signal) => {
        const over = AbortSignal.any([signal, ending.signal]);
        for (; !over.aborted; await pause(POLL_MS, undefined, { signal: over }).catch(() => undefined)) {
          const most = Math.min(max, maxInFlight - held.size);
          const taken: Delivery[] = [];
          for (const file of readdirSync(box).sort()) if (taken.length < most) taken.push(...take(file));
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
          if (outcome.kind === "ack") rmSync(join(box, file));
          else if (outcome.kind === "dead") move(file, file.replace(me, "dead"));
          else giveBack(delivery, file, outcome.charge);
        }
        return undefined;
      },
      [Symbol.asyncDispose]: async () => {
        ending.abort();
        receivers.delete(self);
        for (const [delivery, file] of held) giveBack(delivery, file, false);
        held.clear();
        if (channel.mode === "broadcast") rmSync(box, { recursive: true, force: true });
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
