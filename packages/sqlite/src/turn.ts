import { FrameWriter } from "./frame-writer.ts";
import type { Feeds } from "./feeds.ts";
import type { Op } from "./op.ts";
import { trim } from "./retention.ts";
import { codeOf, isBusy, needsReopening, retryOf, toReceiveError } from "./sqlite-errors.ts";
import type { Statements } from "./statements.ts";
import type { Committed, Store } from "./store.ts";
import type { Transaction } from "./transaction.ts";
import type { Wake } from "./wake.ts";

/** Work of one transaction: beyond that the event loop gets a turn first. Units: frames. */
const MOST_WEIGHT = 4_096;
/** After another process was writing for too long. Units: milliseconds. */
const BUSY_PAUSE_MS = 4;
/** How long that may go on before who asked is told. Units: milliseconds. */
const BUSY_PATIENCE_MS = 20_000;
/** The same while the transport closes: nobody wants to wait for that. Units: milliseconds. */
const CLOSING_PATIENCE_MS = 1_000;
/** What waits for room is tried again at least this often. Units: milliseconds. */
const FULL_PAUSE_MS = 100;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const STAGES = ["task", "settle", "send"] as const;

export interface TurnOptions {
  readonly store: Store;
  readonly feeds: Feeds;
  readonly wake: Wake;
}

/** All that is asked for in one turn of the event loop becomes one transaction, with one commit to wait for. */
export class Turn {
  readonly #options: TurnOptions;
  #ops: Op[] = [];
  /** Ops that wait for room, oldest first. */
  #blocked: Op[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #pause: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Since when ops find another process writing. Units: `performance.now()`. */
  readonly #busySince = new Map<Op, number>();
  #busyPatienceMs = BUSY_PATIENCE_MS;
  #opening = false;
  #stopped: { readonly error: unknown } | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Whether ops wait for room. */
  get blocked(): boolean {
    return this.#blocked.length > 0;
  }

  add(op: Op): void {
    if (this.#stopped !== undefined) return op.failed(this.#stopped.error, false);
    this.#ops.push(op);
    this.schedule();
  }

  /** At the end of this turn. */
  schedule(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#run();
    });
  }

  /** Nothing is stored any more: who still waits is told, and whoever comes. */
  stop(error: unknown): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#pause);
    this.#stopped = { error };
    for (const op of [...this.#blocked, ...this.#ops]) op.failed(error, false);
    this.#blocked = [];
    this.#ops = [];
  }

  /** The transport closes: who finds the file locked is told soon. */
  hurry(): void {
    this.#busyPatienceMs = CLOSING_PATIENCE_MS;
  }

  #run(): void {
    const { store, feeds, wake } = this.#options;
    const { sql } = store;
    if (sql === undefined) return this.#open();
    clearTimeout(this.#pause);
    this.#pause = undefined;
    const ops = this.#take();
    try {
      if (ops.length === 0 && !this.#somethingToTake(sql)) return;
      // A claim that a power loss undoes is made again by whoever comes first; no holder survives to know better.
      const claimsOnly = ops.length === 0;
      this.#conclude(
        ops,
        store.transaction(sql, (tx) => this.#apply(tx, ops), claimsOnly),
      );
    } catch (error) {
      this.#conclude(ops, { ok: false, error, committing: false });
    } finally {
      wake.waiting = feeds.waiting || this.blocked;
    }
  }

  #somethingToTake(sql: Statements): boolean {
    const { feeds, wake } = this.#options;
    if (!feeds.waiting) return false;
    if (wake.changed(sql)) feeds.allDirty();
    return feeds.peek(sql);
  }

  #apply(tx: Transaction, ops: readonly Op[]): void {
    const { feeds, store } = this.#options;
    const writer = new FrameWriter(tx, (queue, rows) => feeds.takeOver(tx, queue, rows));
    const full = new Set<string>();
    const blocked = ops.filter((op) => !op.run(tx, writer, full));
    writer.flush();
    feeds.claim(tx);
    for (const queue of tx.ended) trim(tx, queue, store.settings);
    this.#blocked = blocked;
  }

  #conclude(ops: readonly Op[], committed: Committed): void {
    const { feeds } = this.#options;
    if (committed.ok) {
      this.#failures = 0;
      this.#busySince.clear();
      for (const op of ops) op.committed();
      feeds.committed();
      if (this.#ops.length > 0 || this.#blocked.some(({ more }) => more)) this.schedule();
      else if (this.blocked) this.#later(FULL_PAUSE_MS);
      return;
    }
    this.#blocked = [];
    feeds.rolledBack();
    if (isBusy(committed.error)) this.#busy(ops, committed.error);
    else if (ops.length > 1 && codeOf(committed.error) === undefined) this.#oneByOne(ops);
    else this.#failed(ops, committed.error, committed.committing);
  }

  /** Another process is writing: later, but not for ever. */
  #busy(ops: readonly Op[], error: unknown): void {
    const nowMs = performance.now();
    const patient = ops.filter((op) => {
      const sinceMs = this.#busySince.get(op) ?? nowMs;
      this.#busySince.set(op, sinceMs);
      op.delayed?.();
      if (op.dropped) return false;
      if (nowMs - sinceMs < this.#busyPatienceMs) return true;
      this.#busySince.delete(op);
      op.failed(error, false);
      return false;
    });
    this.#ops = [...patient, ...this.#ops];
    this.#later(BUSY_PAUSE_MS * (0.5 + Math.random()));
  }

  /** One of them does not let itself be stored: the others need not suffer. */
  #oneByOne(ops: readonly Op[]): void {
    const blocked: Op[] = [];
    for (const op of ops) {
      const { sql } = this.#options.store;
      if (sql === undefined) this.#ops.push(op);
      else {
        this.#conclude(
          [op],
          this.#options.store.transaction(sql, (tx) => this.#apply(tx, [op])),
        );
        blocked.push(...this.#blocked);
      }
    }
    this.#blocked = blocked;
  }

  #failed(ops: readonly Op[], error: unknown, committing: boolean): void {
    const { store, feeds } = this.#options;
    for (const op of ops) op.failed(error, committing);
    if (needsReopening(error)) store.discard();
    if (retryOf(error, committing) === "never") feeds.fail(toReceiveError(store.settings.path, error));
    // Who waits goes on waiting: it is tried again, more and more slowly.
    if (feeds.waiting || this.#ops.length > 0) this.#later(Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS));
  }

  /** Tasks first, then settlements, which make room, then what waits for room, then new sends. */
  #take(): Op[] {
    const all = [...this.#blocked, ...this.#ops].filter(({ dropped }) => !dropped);
    this.#blocked = [];
    this.#ops = [];
    const taken: Op[] = [];
    let weight = 0;
    for (const stage of STAGES) {
      for (const op of all) {
        if (op.stage !== stage) continue;
        if (weight >= MOST_WEIGHT) this.#ops.push(op);
        else {
          taken.push(op);
          weight += op.weight;
        }
      }
    }
    return taken;
  }

  #later(pauseMs: number): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.schedule();
    }, pauseMs);
  }

  /** The connection broke, or was never there. */
  #open(): void {
    if (this.#opening) return;
    this.#opening = true;
    this.#options.store.open().then(
      () => {
        this.#opening = false;
        this.schedule();
      },
      (error: unknown) => {
        this.#opening = false;
        this.#failed(this.#take(), error, false);
      },
    );
  }
}
