import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelSpec, Delivery, Frame, FrameOptions, Headers, Outcome, ReceiveOptions, Receiver, Sender } from "@job-orch/core";
import type { DatabaseSync } from "node:sqlite";
import { afterEach } from "vitest";
import { sqlite, type SqliteOptions, type SqliteTransport } from "../../src/index.ts";
import { Peer } from "./peer.ts";

export const never = new AbortController().signal;
const PATIENCE_MS = 10_000;

const opened: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** Closed, killed or removed after the test, newest first. */
export function later(close: () => Promise<unknown> | void): void {
  opened.push(close);
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "job-orch-sqlite-"));
  later(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file that does not exist yet. */
export function file(): string {
  return join(folder(), "jobs.db");
}

export function open(path: string = file(), options: SqliteOptions = {}): SqliteTransport {
  const transport = sqlite(path, options);
  later(() => transport[Symbol.asyncDispose]());
  return transport;
}

export async function startPeer(path: string, options: SqliteOptions = {}): Promise<Peer> {
  const peer = await Peer.start(path, options);
  later(() => peer.kill());
  return peer;
}

export function journalOf(db: DatabaseSync): string {
  return (db.prepare("pragma journal_mode").get() as { readonly journal_mode: string }).journal_mode;
}

export const work = (name = "work"): ChannelSpec => ({ name, mode: "work" });
export const broadcast = (name = "news"): ChannelSpec => ({ name, mode: "broadcast" });
export const receiving: ReceiveOptions = { leaseMs: 30_000, maxInFlight: 1_000 };

let serial = 0;

export function frame(text: string, options?: FrameOptions, headers?: Headers): Frame {
  return { id: `${text}-${++serial}`, body: new TextEncoder().encode(text), options, headers };
}

export function frames(count: number, options?: FrameOptions): Frame[] {
  return Array.from({ length: count }, (_, index) => frame(String(index), options));
}

export function text({ frame: { body } }: Delivery): string {
  return new TextDecoder().decode(body as Uint8Array);
}

export async function send(transport: SqliteTransport, channel: ChannelSpec, sent: readonly Frame[]): Promise<void> {
  const sender = await transport.sender(channel, never);
  await sender.send(sent, never);
  await sender[Symbol.asyncDispose]();
}

export function sender(transport: SqliteTransport, channel: ChannelSpec): Promise<Sender> {
  return transport.sender(channel, never);
}

export function receiver(transport: SqliteTransport, channel: ChannelSpec, options: Partial<ReceiveOptions> = {}): Promise<Receiver> {
  return transport.receiver(channel, { ...receiving, ...options }, never);
}

/** So many deliveries, however many receives it takes. */
export async function take(from: Receiver, count: number, withinMs = PATIENCE_MS): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  const over = AbortSignal.timeout(withinMs);
  while (taken.length < count) {
    const more = await from.receive(count - taken.length, over);
    if (more.length === 0) throw new Error(`${taken.length} of ${count} deliveries came within ${withinMs} ms`);
    taken.push(...more);
  }
  return taken;
}

export async function takeOne(from: Receiver, withinMs?: number): Promise<Delivery> {
  const [one] = await take(from, 1, withinMs);
  if (one === undefined) throw new Error("nothing came");
  return one;
}

/** What a receiver gets within a while that should bring nothing. */
export async function quiet(from: Receiver, forMs = 100): Promise<readonly string[]> {
  return (await from.receive(100, AbortSignal.timeout(forMs))).map(text);
}

export function settle(at: Receiver, deliveries: readonly Delivery[], outcome: Outcome): ReturnType<Receiver["settle"]> {
  return at.settle(deliveries.map((delivery) => ({ delivery, outcome })));
}

export const ack: Outcome = { kind: "ack" };
export const retry = (delayMs = 0): Outcome => ({ kind: "retry", delayMs, charge: true, error: { name: "Error", message: "no luck" } });
export const dead: Outcome = { kind: "dead", reason: { name: "TypeError", message: "no good", code: "ERR_NO_GOOD" } };
