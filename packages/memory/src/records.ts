import type { AttemptRecord, Frame, FrameRecord, FrameState, Headers, History } from "@job-orch/core";
import type { MemoryDelivery } from "./delivery.ts";
import type { Finished } from "./ended.ts";
import { Entry } from "./entry.ts";
import type { Mailbox } from "./mailbox.ts";
import { DEFAULT_PRIORITY } from "./priority-levels.ts";

/** One frame of a mailbox as an inspection finds it; the record is made when it is asked for. */
export interface Sighting {
  readonly id: string;
  readonly stamp: number;
  readonly state: FrameState;
  readonly error: Entry["error"];
  readonly toHistory: () => History;
}

const NO_HEADERS: Headers = Object.freeze({});

/** Shows every frame of a mailbox: what waits, what is on loan, and what ended and is still kept. */
export function eachFrame(mailbox: Mailbox, show: (sighting: Sighting) => void): void {
  mailbox.ready.each((item, stamp) => show(item instanceof Entry ? ofEntry(mailbox, item, "ready") : ofFrame(mailbox, item, stamp)));
  if (mailbox.delayed > 0) {
    mailbox.home.delays.each((item) => {
      if (item instanceof Entry && item.owner === mailbox) show(ofEntry(mailbox, item, "delayed"));
    });
  }
  mailbox.keys?.eachFollower((entry) => show(ofEntry(mailbox, entry, "ready")));
  for (const taker of mailbox.takers) for (const delivery of taker.held()) show(ofDelivery(mailbox, delivery));
  for (const entry of mailbox.ended.dead) show(ofEntry(mailbox, entry, "dead"));
  mailbox.ended.each((item, startedMs, endedMs) => show(ofFinished(mailbox, item, startedMs, endedMs)));
}

function ofFrame(mailbox: Mailbox, frame: Frame, stamp: number): Sighting {
  const toHistory = (): History => ({ record: record(mailbox, frame, stamp, { state: "ready" }), attempts: [] });
  return { id: frame.id, stamp, state: "ready", error: undefined, toHistory };
}

function ofEntry(mailbox: Mailbox, entry: Entry, state: FrameState): Sighting {
  const { frame, stamp, error } = entry;
  const toHistory = (): History => ({
    record: record(mailbox, frame, stamp, { state, attempt: entry.begun, dueMs: entry.dueMs, endedMs: entry.endedMs, error }),
    attempts: [...(entry.attempts ?? [])],
  });
  return { id: frame.id, stamp, state, error, toHistory };
}

function ofDelivery(mailbox: Mailbox, { frame, stamp, attempt, entry, loan }: MemoryDelivery): Sighting {
  const running: AttemptRecord = { attempt, startedMs: loan.startedMs, endedMs: undefined, outcome: "running", error: undefined };
  const toHistory = (): History => ({
    record: record(mailbox, frame, stamp, { state: "in-flight", attempt, error: entry?.error }),
    attempts: [...(entry?.attempts ?? []), running],
  });
  return { id: frame.id, stamp, state: "in-flight", error: entry?.error, toHistory };
}

function ofFinished(mailbox: Mailbox, item: Finished, startedMs: number, endedMs: number): Sighting {
  if (item instanceof Entry) return ofEntry(mailbox, item, item.place === "cancelled" ? "cancelled" : "completed");
  const { frame, stamp, attempt } = item;
  const toHistory = (): History => ({
    record: record(mailbox, frame, stamp, { state: "completed", attempt, endedMs }),
    attempts: [{ attempt, startedMs, endedMs, outcome: "completed", error: undefined }],
  });
  return { id: frame.id, stamp, state: "completed", error: undefined, toHistory };
}

interface Life {
  readonly state: FrameState;
  readonly attempt?: number;
  readonly dueMs?: number;
  readonly endedMs?: number | undefined;
  readonly error?: Entry["error"];
}

function record(mailbox: Mailbox, frame: Frame, stamp: number, life: Life): FrameRecord {
  return {
    id: frame.id,
    state: life.state,
    attempt: life.attempt ?? 0,
    acceptedMs: mailbox.home.stamps.toMs(stamp),
    dueMs: life.dueMs === 0 ? undefined : life.dueMs,
    endedMs: life.endedMs,
    priority: frame.options?.priority ?? DEFAULT_PRIORITY,
    orderKey: frame.options?.orderKey,
    headers: frame.headers ?? NO_HEADERS,
    body: frame.body,
    error: life.error,
  };
}
