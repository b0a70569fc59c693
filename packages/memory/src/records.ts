import type { AttemptRecord, Frame, FrameRecord, FrameState, Headers, History } from "@job-orch/core";
import type { MemoryDelivery } from "./delivery.ts";
import { Entry } from "./entry.ts";
import type { Mailbox } from "./mailbox.ts";
import { DEFAULT_PRIORITY } from "./priority-levels.ts";

/** One frame of a mailbox as an inspection finds it; the record is made when it is asked for. */
export interface Sighting {
  readonly stamp: number;
  readonly toHistory: () => History;
}

const NO_HEADERS: Headers = Object.freeze({});

/** Says whether a frame is worth a look, before anything is made of it. */
export type Wanted = (id: string, stamp: number, state: FrameState, error: Entry["error"]) => boolean;

/** Shows the wanted frames of a mailbox: what waits, what is on loan, and what ended and is still kept. */
export function eachFrame(mailbox: Mailbox, wanted: Wanted, show: (sighting: Sighting) => void): void {
  const showEntry = (entry: Entry, state: FrameState): void => {
    if (wanted(entry.frame.id, entry.stamp, state, entry.error)) show(ofEntry(mailbox, entry, state));
  };
  mailbox.ready.each((item, stamp) => {
    if (item instanceof Entry) showEntry(item, "ready");
    else if (wanted(item.id, stamp, "ready", undefined)) show(ofFrame(mailbox, item, stamp));
  });
  if (mailbox.delayed > 0) {
    mailbox.home.delays.each((item) => {
      if (item instanceof Entry && item.owner === mailbox) showEntry(item, "delayed");
    });
  }
  mailbox.keys?.eachFollower((entry) => showEntry(entry, "ready"));
  for (const taker of mailbox.takers) {
    for (const delivery of taker.held()) {
      if (wanted(delivery.frame.id, delivery.stamp, "in-flight", delivery.entry?.error)) show(ofDelivery(mailbox, delivery));
    }
  }
  for (const entry of mailbox.ended.dead) showEntry(entry, "dead");
  mailbox.ended.each((item, startedMs, endedMs) => {
    if (item instanceof Entry) showEntry(item, item.place === "cancelled" ? "cancelled" : "completed");
    else if (wanted(item.frame.id, item.stamp, "completed", undefined)) show(ofFinished(mailbox, item, startedMs, endedMs));
  });
}

function ofFrame(mailbox: Mailbox, frame: Frame, stamp: number): Sighting {
  const toHistory = (): History => ({ record: record(mailbox, frame, stamp, { state: "ready" }), attempts: [] });
  return { stamp, toHistory };
}

function ofEntry(mailbox: Mailbox, entry: Entry, state: FrameState): Sighting {
  const { frame, stamp, error } = entry;
  const toHistory = (): History => ({
    record: record(mailbox, frame, stamp, { state, attempt: entry.begun, dueMs: entry.dueMs, endedMs: entry.endedMs, error }),
    attempts: [...(entry.attempts ?? [])],
  });
  return { stamp, toHistory };
}

function ofDelivery(mailbox: Mailbox, { frame, stamp, attempt, entry, loan }: MemoryDelivery): Sighting {
  const running: AttemptRecord = { attempt, startedMs: loan.startedMs, endedMs: undefined, outcome: "running", error: undefined };
  const toHistory = (): History => ({
    record: record(mailbox, frame, stamp, { state: "in-flight", attempt, error: entry?.error }),
    attempts: [...(entry?.attempts ?? []), running],
  });
  return { stamp, toHistory };
}

function ofFinished(mailbox: Mailbox, { frame, stamp, attempt }: MemoryDelivery, startedMs: number, endedMs: number): Sighting {
  const toHistory = (): History => ({
    record: record(mailbox, frame, stamp, { state: "completed", attempt, endedMs }),
    attempts: [{ attempt, startedMs, endedMs, outcome: "completed", error: undefined }],
  });
  return { stamp, toHistory };
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
