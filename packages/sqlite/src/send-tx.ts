import { type ChannelSpec, type Frame, OptionError, SendError } from "@job-orch/core";
import { realpathSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { checkChannel, checkFrames } from "./check-frames.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { Settings } from "./options.ts";
import { roomFor, targets } from "./room.ts";
import { codeOf, toSendError } from "./sqlite-errors.ts";
import { Statements } from "./statements.ts";
import { Topology } from "./topology.ts";
import { Transaction } from "./transaction.ts";

/** Sending inside the caller's own transaction, beside the seam. */
export interface SendTx {
  /**
   * Stores frames in the transaction that is open on the caller's own connection to the same file: they exist when it
   * commits, and never did when it rolls back.
   *
   * Range:  the transport has opened the file before (a sender or receiver of it was made).
   * Errors: `ERR_OPTION` (no transaction is open, or it is another file), `ERR_SEND` (retry "later": the channel is full, or someone
   *         else is writing; it cannot wait inside a transaction), `ERR_TOO_LARGE`.
   */
  readonly enqueue: (db: DatabaseSync, channel: ChannelSpec, frames: readonly Frame[]) => void;
}

const connections = new WeakMap<DatabaseSync, Statements>();

export function enqueue(settings: Settings, db: DatabaseSync, channel: ChannelSpec, frames: readonly Frame[]): void {
  checkChannel(channel);
  checkFrames(channel.name, frames, settings.maxFrameBytes);
  if (typeof db?.location !== "function") throw new OptionError('"db" is no DatabaseSync of node:sqlite');
  const sql = connectionOf(settings, db);
  if (!db.isTransaction) throw new OptionError("The connection has no open transaction: enqueue is part of yours, so begin one first");
  try {
    store(settings, sql, channel, frames);
  } catch (error) {
    throw codeOf(error) === undefined ? error : toSendError(channel.name, error, false, 0);
  }
}

function store(settings: Settings, sql: Statements, channel: ChannelSpec, frames: readonly Frame[]): void {
  const tx = new Transaction(sql, new Topology(), settings.clock.now());
  if (roomFor(tx, channel, frames, 0, settings.capacity) < frames.length)
    throw new SendError(channel.name, { retry: "later", why: "it is full" });
  const writer = new FrameWriter(tx);
  const queues = targets(tx, channel, settings.capacity);
  for (const frame of frames) for (const queue of queues) writer.add(queue, channel.mode === "work", frame);
  writer.flush();
  tx.finish();
}

/** Errors: `ERR_OPTION` for a connection to another file. */
function connectionOf({ path }: Settings, db: DatabaseSync): Statements {
  const known = connections.get(db);
  if (known !== undefined) return known;
  const location = db.location();
  if (path === ":memory:" || location === null || realpathSync(location) !== realpathSync(path)) {
    throw new OptionError(`The connection is to ${location ?? "a database in memory"}, and the transport is on "${path}"`);
  }
  const sql = new Statements(db);
  const [tables = 0] = sql.row<[number]>("select count(*) from sqlite_schema where name = 'jo_meta'") ?? [];
  if (tables === 0) throw new OptionError(`"${path}" holds no queues yet: open a sender or receiver of the transport first`);
  connections.set(db, sql);
  return sql;
}
