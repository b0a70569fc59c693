import type { ChannelSpec, Frame } from "@job-orch/core";
import { headersText, sizeOf } from "./frame-columns.ts";
import { whyUnread } from "./groups.ts";
import type { Settings } from "./options.ts";
import type { Transaction } from "./transaction.ts";

type Capacity = Settings["capacity"];

/** The queues that frames sent to a channel go to. Anonymous receivers that fell too far behind are cut off here. */
export function targets(tx: Transaction, { name, mode }: ChannelSpec, capacity: Capacity): readonly number[] {
  if (mode === "work") return [tx.topology.work(tx.sql, name)];
  const subscriptions = tx.topology.subscriptions(tx.sql, name);
  const tooSlow = subscriptions.filter(({ queue, anonymous }) => anonymous && isFull(tx, queue, capacity));
  for (const { queue } of tooSlow) {
    tx.sql.run("update jo_queues set gone = 1, owner = null where id = ?", queue);
    tx.woken.add(queue); // for its receiver to notice
  }
  if (tooSlow.length > 0) tx.topologyChanged();
  return subscriptions.filter((one) => !tooSlow.includes(one)).map(({ queue }) => queue);
}

/** How many of the frames from `from` on the channel has room for now. */
export function roomFor(tx: Transaction, channel: ChannelSpec, frames: readonly Frame[], from: number, capacity: Capacity): number {
  let room = frames.length - from;
  for (const queue of limiting(tx, channel)) room = Math.min(room, roomIn(tx, queue, frames, from, capacity));
  return room;
}

/** A queue that keeps a channel from taking anything more for now. */
export function fullQueueOf(tx: Transaction, channel: ChannelSpec, except: number, capacity: Capacity): number | undefined {
  return limiting(tx, channel).find((queue) => queue !== except && isFull(tx, queue, capacity));
}

/** Why there is no use in waiting for room in a channel: a group of it that nobody receives from has no room for the frame. */
export function whyHopeless(tx: Transaction, channel: ChannelSpec, frame: Frame, accepted: number, capacity: Capacity): Error | undefined {
  if (channel.mode === "work") return undefined;
  for (const queue of limiting(tx, channel)) {
    const why = roomIn(tx, queue, [frame], 0, capacity) === 0 ? whyUnread(tx, queue, accepted) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

function limiting(tx: Transaction, { name, mode }: ChannelSpec): readonly number[] {
  if (mode === "work") return [tx.topology.work(tx.sql, name)];
  return tx.topology.subscriptions(tx.sql, name).flatMap(({ queue, anonymous }) => (anonymous ? [] : [queue]));
}

function isFull(tx: Transaction, queue: number, capacity: Capacity): boolean {
  const { liveN, liveBytes } = tx.look(queue);
  return liveN >= capacity.frames || liveBytes >= capacity.bytes;
}

/** An empty queue takes one frame whatever its size. */
function roomIn(tx: Transaction, queue: number, frames: readonly Frame[], from: number, capacity: Capacity): number {
  const { liveN, liveBytes } = tx.look(queue);
  const most = Math.min(frames.length - from, capacity.frames - liveN);
  let bytes = liveBytes;
  for (let count = 0; count < most; count++) {
    const frame = frames[from + count] as Frame;
    bytes += sizeOf(frame, headersText(frame));
    if (bytes > capacity.bytes && liveN + count > 0) return count;
  }
  return Math.max(most, 0);
}
