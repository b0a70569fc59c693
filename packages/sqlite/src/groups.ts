import { SendError } from "@job-orch/core";
import type { Transaction } from "./transaction.ts";

/** What a durable group needs that a channel does not: a way to end. */
export interface Groups {
  /**
   * Removes a named group for good, with all that it holds: nothing is kept for it any more, and a full one makes no sender wait.
   * Receivers of the group are told that it is gone. Returns whether there was such a group.
   *
   * Errors: `ERR_OPTION`, `ERR_STORE`, `ERR_CONNECTION`.
   */
  readonly removeGroup: (channel: string, group: string) => Promise<boolean>;
}

/**
 * A group that nobody has received from for so long is not waited for: receivers that come and go with a deployment are back
 * by then. Units: milliseconds.
 */
const UNREAD_AFTER_MS = 60_000;

/** Somebody receives from these groups now. */
export function markRead(tx: Transaction, queues: readonly number[]): void {
  tx.sql.run("update jo_queues set read_ms = ? where id in (select value from json_each(?))", tx.nowMs, JSON.stringify(queues));
}

/** Ends a group. What it held is cleared away piece by piece. */
export function removeGroup(tx: Transaction, channel: string, group: string): boolean {
  const find = "select id from jo_queues where channel = ? and mode = 1 and grp = ? and gone = 0";
  const [queue] = tx.sql.row<[number]>(find, channel, group) ?? [];
  if (queue === undefined) return false;
  end(tx, queue);
  return true;
}

/** Ends the groups that nobody has received from for so long. */
export function removeIdle(tx: Transaction, idleMs: number): void {
  const find = "select id from jo_queues where mode = 1 and grp is not null and gone = 0 and read_ms <= ?";
  for (const [queue] of tx.sql.rows<[number]>(find, tx.nowMs - idleMs)) end(tx, queue);
}

/** Why there is no use in waiting for room in a queue: it is a group that nobody receives from. `undefined` when somebody does. */
export function whyUnread(tx: Transaction, queue: number, accepted = 0): SendError | undefined {
  const find = "select channel, grp, read_ms from jo_queues where id = ? and mode = 1 and grp is not null";
  const [channel = "", group = "", readMs = tx.nowMs] = tx.sql.row<[string, string, number]>(find, queue) ?? [];
  const unreadMs = tx.nowMs - readMs;
  if (unreadMs < UNREAD_AFTER_MS) return undefined;
  const why =
    `its group "${group}" is full, and nobody has received from it for ${Math.floor(unreadMs / 1_000)} s. ` +
    `Receive from it, empty it with remove("${channel}@${group}", {}), or end it with removeGroup("${channel}", "${group}")`;
  return new SendError(channel, { retry: "later", accepted, why });
}

/** Without its name, so that the next receiver of the group begins a new one. */
function end(tx: Transaction, queue: number): void {
  tx.sql.run("update jo_queues set gone = 1, owner = null, grp = null where id = ?", queue);
  tx.topologyChanged();
  tx.woken.add(queue); // for its receivers to notice
}
