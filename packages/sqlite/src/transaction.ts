import type { Statements } from "./statements.ts";
import { readTally, type Tally, writeTally } from "./tally.ts";
import type { Topology } from "./topology.ts";

/** What one transaction knows of the store, and writes back at its end. */
export class Transaction {
  readonly sql: Statements;
  readonly topology: Topology;
  /** Units: epoch milliseconds. */
  readonly nowMs: number;
  /** Queues that may have something to take since this transaction. */
  readonly woken = new Set<number>();
  /** Queues in which frames ended. */
  readonly ended = new Set<number>();
  #nextSeq: number;
  #nextFence: number;
  #topologyVersion: number;
  #changed = false;
  readonly #tallies = new Map<number, Tally>();
  readonly #changedTallies = new Set<number>();

  /** Only inside a write transaction. */
  constructor(sql: Statements, topology: Topology, nowMs: number) {
    const meta = sql.row<[number, number, number]>("select next_seq, next_fence, topology from jo_meta") ?? [1, 1, 0];
    this.sql = sql;
    this.topology = topology;
    this.nowMs = Math.floor(nowMs);
    [this.#nextSeq, this.#nextFence, this.#topologyVersion] = meta;
    topology.use(this.#topologyVersion);
  }

  /** The first of so many numbers in the order of acceptance. */
  takeSeqs(count: number): number {
    const first = this.#nextSeq;
    this.#nextSeq += count;
    this.#changed = true;
    return first;
  }

  /** The first of so many fences: larger than any before. */
  takeFences(count: number): number {
    const first = this.#nextFence;
    this.#nextFence += count;
    this.#changed = true;
    return first;
  }

  get topologyVersion(): number {
    return this.#topologyVersion;
  }

  /** Queues, pauses or owners changed: everyone looks again. */
  topologyChanged(): void {
    this.#topologyVersion++;
    this.#changed = true;
    this.topology.forget();
  }

  /** What is in a queue, to be changed in place: it is written back. */
  tally(queue: number): Tally {
    this.#changedTallies.add(queue);
    return this.look(queue) as Tally;
  }

  /** What is in a queue. */
  look(queue: number): Readonly<Tally> {
    let tally = this.#tallies.get(queue);
    if (tally === undefined) {
      tally = readTally(this.sql, queue);
      this.#tallies.set(queue, tally);
    }
    return tally;
  }

  /** Writes back; the last thing before the commit. */
  finish(): void {
    for (const queue of this.#changedTallies) writeTally(this.sql, queue, this.look(queue));
    if (!this.#changed) return;
    this.sql.run("update jo_meta set next_seq = ?, next_fence = ?, topology = ?", this.#nextSeq, this.#nextFence, this.#topologyVersion);
    this.topology.use(this.#topologyVersion);
  }
}
