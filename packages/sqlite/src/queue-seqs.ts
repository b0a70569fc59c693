import type { FrameState } from "@job-orch/core";
import { CANCELLED, COMPLETED, DEAD } from "./ended.ts";
import type { Statements } from "./statements.ts";

const ENDED =
  "select seq from jo_ended where queue = (select queue from wanted) and state = @state and seq > (select after from wanted) order by seq limit (select most from wanted)";

/** Where the frames of a state are found, in the order of acceptance: `wanted` says of which queue, after which, and how many. */
const BY_STATE: Readonly<Record<FrameState, string>> = {
  ready: `with wanted(queue, after, most) as (select ?, ?, ?), levels(level) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))
    select seq from (
      select r.seq from levels cross join jo_ready r on r.queue = (select queue from wanted) and r.level = levels.level and r.seq in
        (select seq from jo_ready where queue = (select queue from wanted) and level = levels.level and seq > (select after from wanted) order by seq limit (select most from wanted))
      union all select seq from jo_behind where queue = (select queue from wanted) and seq > (select after from wanted)
    ) order by seq limit (select most from wanted)`,
  delayed:
    "select seq from jo_later where queue = (select queue from wanted) and seq > (select after from wanted) order by seq limit (select most from wanted)",
  "in-flight":
    "select seq from jo_held where queue = (select queue from wanted) and seq > (select after from wanted) order by seq limit (select most from wanted)",
  completed: ENDED.replace("@state", String(COMPLETED)),
  cancelled: ENDED.replace("@state", String(CANCELLED)),
  dead: ENDED.replace("@state", String(DEAD)),
};
/** Named once: the SQLite of Node 22 binds no numbered parameters in order. */
const WANTED = "with wanted(queue, after, most) as (select ?, ?, ?) ";
const ANY =
  "select seq from jo_frames where queue = (select queue from wanted) and seq > (select after from wanted) order by seq limit (select most from wanted)";

/** The queues of a channel: one of a work channel, one per subscription of a broadcast channel; with `channel@group` of that group. */
export function queuesOf(sql: Statements, address: string): readonly number[] {
  const at = address.indexOf("@");
  if (at >= 0) {
    const find = "select id from jo_queues where channel = ? and mode = 1 and grp = ? and gone = 0";
    return sql.rows<[number]>(find, address.slice(0, at), address.slice(at + 1)).map(([id]) => id);
  }
  return sql.rows<[number]>("select id from jo_queues where channel = ? and gone = 0 order by id", address).map(([id]) => id);
}

/** Frames of queues in one state, or in any, in the order of acceptance. */
export function seqsIn(
  sql: Statements,
  queues: readonly number[],
  state: FrameState | undefined,
  after: number,
  most: number,
): readonly number[] {
  const text = state === "ready" ? BY_STATE.ready : WANTED + (state === undefined ? ANY : BY_STATE[state]);
  const found = queues.flatMap((queue) => sql.rows<[number]>(text, queue, after, most).map(([seq]) => seq));
  return queues.length === 1 ? found : found.sort((one, other) => one - other).slice(0, most);
}
