import type { Frame } from "@job-orch/core";
import type { SQLInputValue } from "node:sqlite";
import type { ReadyRow } from "./claim.ts";
import { admit } from "./dedupe.ts";
import { headersText, sizeOf, wholeMs } from "./frame-columns.ts";
import { levelOf, place, placeKeyed } from "./place.ts";
import type { Transaction } from "./transaction.ts";

const COLUMNS = "seq, queue, id, body, headers, level, okey, dkey, accepted_ms, due_ms, bytes, named";
const ONE_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/** Rows per statement: measured best between 8 and 32. */
const ROWS = 16;
const INSERT_ONE = `insert into jo_frames (${COLUMNS}) values ${ONE_ROW}`;
const INSERT_MANY = `insert into jo_frames (${COLUMNS}) values ${Array.from({ length: ROWS }, () => ONE_ROW).join(", ")}`;
const READY = "insert into jo_ready select queue, level, seq from jo_frames where seq between ? and ?";

/** So many at most go from a send to who waits for them without becoming ready in between. */
const MOST_HANDED_OVER = 64;

/** Takes over frames of one queue, stored but in no place yet. Returns whether it did; else they become ready. */
export type HandOver = (queue: number, rows: readonly ReadyRow[]) => boolean;

/** Stores frames. Those without a due time, a key or the like are written many at once. */
export class FrameWriter {
  readonly #tx: Transaction;
  #values: SQLInputValue[] = [];
  #waiting = 0;
  /** The run of plain frames that are stored, or will be, but not in `jo_ready` yet. */
  #firstSeq = 0;
  #lastSeq = -1;
  /** The frames of the run, as long as they are few and of one queue and level. */
  #run: ReadyRow[] | undefined = [];
  #runQueue = 0;
  readonly #handOver: HandOver | undefined;

  constructor(tx: Transaction, handOver?: HandOver) {
    this.#tx = tx;
    this.#handOver = handOver;
  }

  /** `named`: it is a work channel, whose frames can be found by id. */
  add(queue: number, named: boolean, frame: Frame): void {
    const { options } = frame;
    const headers = headersText(frame);
    const bytes = sizeOf(frame, headers);
    if (options === undefined || isPlain(options, this.#tx.nowMs)) {
      const seq = this.#tx.takeSeqs(1);
      if (this.#lastSeq < this.#firstSeq) this.#firstSeq = seq;
      this.#lastSeq = seq;
      this.#push(seq, queue, named, frame, headers, bytes);
    } else if (!this.#addSpecial(queue, named, frame, headers, bytes)) return;
    const tally = this.#tx.tally(queue);
    tally.liveN++;
    tally.liveBytes += bytes;
  }

  /** Before anything reads what was added. */
  flush(): void {
    this.#writeRows();
    if (this.#lastSeq < this.#firstSeq) return;
    const run = this.#run;
    if (run === undefined || this.#handOver?.(this.#runQueue, run) !== true) this.#tx.sql.run(READY, this.#firstSeq, this.#lastSeq);
    this.#run = [];
    this.#lastSeq = -1;
    this.#firstSeq = 0;
  }

  #push(seq: number, queue: number, named: boolean, { id, body, options }: Frame, headers: string | null, bytes: number): void {
    const level = levelOf(options?.priority);
    this.#note(queue, [level, seq, id, body as Uint8Array, headers, null, null, bytes, null, null]);
    this.#values.push(seq, queue, id, body as Uint8Array, headers, level, null, null, this.#tx.nowMs, null, bytes, named ? 1 : 0);
    if (++this.#waiting < ROWS) return;
    this.#tx.sql.run(INSERT_MANY, ...this.#values);
    this.#values = [];
    this.#waiting = 0;
  }

  #note(queue: number, row: ReadyRow): void {
    this.#tx.woken.add(queue);
    const run = this.#run;
    if (run === undefined) return;
    const [first] = run;
    if (first === undefined) this.#runQueue = queue;
    else if (queue !== this.#runQueue || row[0] !== first[0] || run.length === MOST_HANDED_OVER) {
      this.#run = undefined;
      return;
    }
    run.push(row);
  }

  #writeRows(): void {
    const width = 12;
    for (let row = 0; row < this.#waiting; row++) this.#tx.sql.run(INSERT_ONE, ...this.#values.slice(row * width, (row + 1) * width));
    this.#values = [];
    this.#waiting = 0;
  }

  /** Returns whether there is one more frame now. */
  #addSpecial(queue: number, named: boolean, frame: Frame, headers: string | null, bytes: number): boolean {
    this.flush(); // the run of plain frames ends: it is a range of numbers
    const tx = this.#tx;
    const seq = tx.takeSeqs(1);
    const { options, id, body } = frame;
    const dedupe = options?.dedupe;
    if (dedupe !== undefined && !admit(tx, queue, seq, frame, dedupe)) return false;
    const level = levelOf(options?.priority);
    const dueMs = options?.dueMs === undefined ? null : wholeMs(options.dueMs);
    const okey = options?.orderKey ?? null;
    const dkey = dedupe?.key ?? null;
    tx.sql.run(INSERT_ONE, seq, queue, id, body as Uint8Array, headers, level, okey, dkey, tx.nowMs, dueMs, bytes, named ? 1 : 0);
    if (okey === null) place(tx, queue, seq, level, dueMs);
    else placeKeyed(tx, queue, seq, level, dueMs, okey);
    return true;
  }
}

function isPlain({ dueMs, orderKey, dedupe }: NonNullable<Frame["options"]>, nowMs: number): boolean {
  return orderKey === undefined && dedupe === undefined && (dueMs === undefined || dueMs <= nowMs);
}
