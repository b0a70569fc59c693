import { type Depth, type FrameRecord, type History, type Inspect, type ListQuery, OptionError, type Page } from "@job-orch/core";
import { checkAddress, checkSelection, checkText } from "./check-queries.ts";
import { attemptsOf } from "./history.ts";
import { TaskOp } from "./op.ts";
import { whole } from "./options.ts";
import { promote } from "./place.ts";
import { queuesOf, seqsIn } from "./queue-seqs.ts";
import { recordsOf } from "./records.ts";
import { toStoreError } from "./sqlite-errors.ts";
import type { Statements } from "./statements.ts";
import type { Store } from "./store.ts";
import { readTally } from "./tally.ts";
import type { Turn } from "./turn.ts";

/** How many frames are looked at before the event loop gets a turn. */
const LOOKED_AT = 1_000;
const MOST_PROMOTED = 10_000;

const OLDEST_READY = `with levels(level) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))
  select min(max(f.accepted_ms, coalesce(f.due_ms, 0), coalesce((select max(ended_ms) from jo_attempts a where a.seq = f.seq), 0)))
  from levels cross join jo_frames f on f.seq = (select min(seq) from jo_ready where queue = ? and level = levels.level)`;

/** Looks into the file. */
export class SqliteInspect implements Inspect {
  readonly #store: Store;
  readonly #turn: Turn;

  constructor(store: Store, turn: Turn) {
    this.#store = store;
    this.#turn = turn;
  }

  readonly depth = async (channel: string): Promise<Depth> => {
    checkAddress(channel);
    return this.#read(channel, (sql, queues) => this.#depth(sql, channel, queues));
  };

  readonly list = async (channel: string, query: ListQuery = {}): Promise<Page> => {
    checkAddress(channel);
    checkSelection(query);
    const limit = whole("limit", query.limit ?? 100, 1, 1_000);
    const items: FrameRecord[] = [];
    for (let after = toSeq(query.after); ;) {
      const from = after;
      const { records, more, lastSeq } = await this.#read(channel, (sql, queues) => {
        const seqs = seqsIn(sql, queues, query.state, from, LOOKED_AT);
        return {
          records: recordsOf(sql, seqs.slice(0, limit * 2)),
          more: seqs.length > limit * 2 || seqs.length === LOOKED_AT,
          lastSeq: seqs.slice(0, limit * 2).at(-1),
        };
      });
      for (const { seq, record } of records) {
        if (!matches(record, query)) continue;
        items.push(record);
        if (items.length === limit) return { items, next: more || seq !== lastSeq ? String(seq) : undefined };
      }
      if (!more || lastSeq === undefined) return { items, next: undefined };
      after = lastSeq;
    }
  };

  readonly history = async (channel: string, id: string): Promise<History | undefined> => {
    checkAddress(channel);
    checkText("id", id);
    return this.#read(channel, (sql, queues) => {
      const queueList = JSON.stringify(queues);
      const find = `select seq from jo_frames where id = ? and named = 1 and queue in (select value from json_each(?)) order by seq desc limit 1`;
      const [seq] = sql.row<[number]>(find, id, queueList) ?? [];
      const [found] = seq === undefined ? [] : recordsOf(sql, [seq]);
      return found === undefined ? undefined : { record: found.record, attempts: attemptsOf(sql, found) };
    });
  };

  #depth(sql: Statements, channel: string, queues: readonly number[]): Depth {
    const depth = { ready: 0, delayed: 0, inFlight: 0, completed: 0, cancelled: 0, dead: 0, oldestReadyMs: 0 };
    const nowMs = this.#store.settings.clock.now();
    for (const queue of queues) {
      const { liveN, laterN, completedN, cancelledN, deadN } = readTally(sql, queue);
      const [held = 0] = sql.row<[number]>("select count(*) from jo_held where queue = ?", queue) ?? [];
      depth.ready += liveN - laterN - held;
      depth.delayed += laterN;
      depth.inFlight += held;
      depth.completed += completedN;
      depth.cancelled += cancelledN;
      depth.dead += deadN;
      const [sinceMs] = sql.row<[number | null]>(OLDEST_READY, queue) ?? [];
      if (typeof sinceMs === "number") depth.oldestReadyMs = Math.max(depth.oldestReadyMs, nowMs - sinceMs);
    }
    return { ...depth, paused: sql.row("select 1 from jo_paused where channel = ?", channel.split("@", 1)[0] ?? channel) !== undefined };
  }

  /** Reads, after what is due has become ready. */
  async #read<Value>(channel: string, read: (sql: Statements, queues: readonly number[]) => Value): Promise<Value> {
    const sql = await this.#store.open();
    const toError = (error: unknown): Error => toStoreError(this.#store.settings.path, error);
    try {
      const queues = queuesOf(sql, channel);
      const nowMs = this.#store.settings.clock.now();
      const due = queues.filter(
        (queue) => sql.row("select 1 from jo_later where queue = ? and due_ms <= ? limit 1", queue, nowMs) !== undefined,
      );
      if (due.length === 0) return read(sql, queues);
      const op = new TaskOp((tx) => due.map((queue) => promote(tx, queue, MOST_PROMOTED) > 0 && tx.woken.add(queue)), toError);
      this.#turn.add(op);
      await op.promise;
      return read(await this.#store.open(), queues);
    } catch (error) {
      throw toError(error);
    }
  }
}

function toSeq(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const seq = Number(cursor);
  if (Number.isSafeInteger(seq)) return seq;
  throw new OptionError(`"after" is ${JSON.stringify(cursor)}; it takes the "next" of a page`);
}

function matches({ acceptedMs, error }: FrameRecord, query: ListQuery): boolean {
  if (query.sinceMs !== undefined && acceptedMs < query.sinceMs) return false;
  return query.error === undefined || error?.code === query.error || error?.name === query.error;
}
