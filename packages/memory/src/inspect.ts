import {
  type Depth,
  type FrameRecord,
  type FrameState,
  type History,
  type Inspect,
  type ListQuery,
  OptionError,
  type Page,
  type WireError,
} from "@job-orch/core";
import type { Channels } from "./channels.ts";
import type { Home } from "./home.ts";
import { whole } from "./options.ts";
import { eachFrame, type Sighting, type Wanted } from "./records.ts";

const EMPTY: Depth = { ready: 0, delayed: 0, inFlight: 0, completed: 0, cancelled: 0, dead: 0, oldestReadyMs: 0, paused: false };

/**
 * A look into the mailboxes: of a work channel by its name, of a group as `channel@group`. Depths are counted as frames
 * come and go; lists and histories look at every frame, so they cost what the channel holds.
 */
export class MemoryInspect implements Inspect {
  readonly #channels: Channels;
  readonly #home: Home;

  constructor(channels: Channels, home: Home) {
    this.#channels = channels;
    this.#home = home;
  }

  readonly depth = async (channel: string): Promise<Depth> => {
    const mailbox = this.#channels.inspected(channel);
    if (mailbox === undefined) return EMPTY;
    const { ready, ended, delayed, lent, paused, waiting } = mailbox;
    const oldest = ready.oldestStamp();
    return {
      ready: waiting - delayed,
      delayed,
      inFlight: lent,
      completed: ended.completed,
      cancelled: ended.cancelled,
      dead: ended.dead.size,
      oldestReadyMs: oldest === undefined ? 0 : Math.max(0, this.#home.clock.now() - this.#home.stamps.toMs(oldest)),
      paused,
    };
  };

  readonly list = async (channel: string, query: ListQuery = {}): Promise<Page> => {
    const limit = whole("limit", query.limit ?? 100, 1, 1_000);
    const after = query.after === undefined ? Number.NEGATIVE_INFINITY : toStamp(query.after);
    const mailbox = this.#channels.inspected(channel);
    if (mailbox === undefined) return { items: [], next: undefined };
    const first: Sighting[] = [];
    const wanted: Wanted = (_id, stamp, state, error) =>
      stamp > after && fits(first, stamp, limit + 1) && this.#matches(stamp, state, error, query);
    eachFrame(mailbox, wanted, (sighting) => keepFirst(first, sighting, limit + 1));
    const items = first.slice(0, limit).map((sighting): FrameRecord => sighting.toHistory().record);
    return { items, next: first.length > limit ? String(first[limit - 1]?.stamp) : undefined };
  };

  readonly history = async (channel: string, id: string): Promise<History | undefined> => {
    const mailbox = this.#channels.inspected(channel);
    let newest: Sighting | undefined;
    if (mailbox !== undefined) {
      const wanted: Wanted = (candidate, stamp) => candidate === id && (newest === undefined || stamp > newest.stamp);
      eachFrame(mailbox, wanted, (sighting) => {
        newest = sighting;
      });
    }
    return newest?.toHistory();
  };

  #matches(stamp: number, state: FrameState, error: WireError | undefined, query: ListQuery): boolean {
    if (query.state !== undefined && state !== query.state) return false;
    if (query.sinceMs !== undefined && this.#home.stamps.toMs(stamp) < query.sinceMs) return false;
    return query.error === undefined || error?.code === query.error || error?.name === query.error;
  }
}

/** Whether a frame is among the first so many, as far as they are known. */
function fits(first: readonly Sighting[], stamp: number, most: number): boolean {
  return first.length < most || stamp < (first[most - 1] as Sighting).stamp;
}

/** Keeps the first few in the order of acceptance; most come in that order already. */
function keepFirst(first: Sighting[], sighting: Sighting, most: number): void {
  let index = first.length;
  while (index > 0 && (first[index - 1] as Sighting).stamp > sighting.stamp) index--;
  first.splice(index, 0, sighting);
  if (first.length > most) first.pop();
}

function toStamp(cursor: string): number {
  const stamp = Number(cursor);
  if (cursor !== "" && Number.isFinite(stamp)) return stamp;
  throw new OptionError(`"${cursor}" is no cursor of a page`);
}
