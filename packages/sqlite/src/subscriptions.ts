import type { ChannelSpec } from "@job-orch/core";
import { erase } from "./ended.ts";
import { markRead } from "./groups.ts";
import type { Source } from "./loan.ts";
import { groupQueue } from "./topology.ts";
import type { Transaction } from "./transaction.ts";

/** How much of a queue that is gone goes in one transaction. Units: frames. */
const MOST_REMOVED = 1_024;

/** Opens a queue to receive from: live when the transaction is committed. */
export function subscribe(tx: Transaction, channel: ChannelSpec, group: string | undefined, owner: number): Source {
  const { name, mode } = channel;
  if (mode === "work") return { queue: tx.topology.work(tx.sql, name), channel: name, kind: "work" };
  tx.topologyChanged();
  if (group !== undefined) {
    const queue = groupQueue(tx.sql, channel, group);
    markRead(tx, [queue]);
    return { queue, channel: name, kind: "group" };
  }
  tx.sql.run("insert into jo_queues (channel, mode, grp, owner) values (?, 1, null, ?)", name, owner);
  const [queue = 0] = tx.sql.row<[number]>("select last_insert_rowid()") ?? [];
  return { queue, channel: name, kind: "anonymous" };
}

/** Ends an anonymous subscription. */
export function unsubscribe(tx: Transaction, { queue }: Source): void {
  tx.sql.run("update jo_queues set gone = 1, owner = null where id = ?", queue);
  tx.topologyChanged();
}

/** Removes a piece of what gone subscriptions left. Returns whether there is more. */
export function clearGone(tx: Transaction): boolean {
  const [queue] = tx.sql.row<[number]>("select id from jo_queues where gone = 1 limit 1") ?? [];
  if (queue === undefined) return false;
  let left = MOST_REMOVED;
  for (const table of ["jo_ready", "jo_later", "jo_behind", "jo_held", "jo_ended"]) {
    const seqs = tx.sql.rows<[number]>(`select seq from ${table} where queue = ? limit ? + 0`, queue, left).map(([seq]) => seq);
    if (seqs.length === 0) continue;
    const json = JSON.stringify(seqs);
    tx.sql.run(`delete from ${table} where queue = ? and seq in (select value from json_each(?))`, queue, json);
    erase(tx, seqs);
    left -= seqs.length;
    if (left <= 0) return true;
  }
  for (const table of ["jo_keys", "jo_dedupe"]) tx.sql.run(`delete from ${table} where queue = ?`, queue);
  tx.sql.run("delete from jo_queues where id = ?", queue);
  tx.topologyChanged();
  return true;
}
