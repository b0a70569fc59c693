import type { Statements } from "./statements.ts";

/** How much is in one queue. Units: frames, and bytes of bodies and headers. */
export interface Tally {
  /** Not ended: waiting, or on loan. */
  liveN: number;
  liveBytes: number;
  /** Of these, not due yet. */
  laterN: number;
  completedN: number;
  completedBytes: number;
  cancelledN: number;
  cancelledBytes: number;
  deadN: number;
  deadBytes: number;
}

const READ = `select live_n, live_bytes, later_n, completed_n, completed_bytes, cancelled_n, cancelled_bytes, dead_n, dead_bytes
  from jo_queues where id = ?`;
const WRITE = `update jo_queues set live_n = ?, live_bytes = ?, later_n = ?, completed_n = ?, completed_bytes = ?, cancelled_n = ?,
  cancelled_bytes = ?, dead_n = ?, dead_bytes = ? where id = ?`;

type Row = readonly [number, number, number, number, number, number, number, number, number];

export function readTally(sql: Statements, queue: number): Tally {
  const [liveN, liveBytes, laterN, completedN, completedBytes, cancelledN, cancelledBytes, deadN, deadBytes] = sql.row<Row>(
    READ,
    queue,
  ) ?? [0, 0, 0, 0, 0, 0, 0, 0, 0];
  return { liveN, liveBytes, laterN, completedN, completedBytes, cancelledN, cancelledBytes, deadN, deadBytes };
}

export function writeTally(sql: Statements, queue: number, tally: Tally): void {
  const { liveN, liveBytes, laterN, completedN, completedBytes, cancelledN, cancelledBytes, deadN, deadBytes } = tally;
  sql.run(WRITE, liveN, liveBytes, laterN, completedN, completedBytes, cancelledN, cancelledBytes, deadN, deadBytes, queue);
}
