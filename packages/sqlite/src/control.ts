import type { Control, FrameState } from "@job-orch/core";
import { cancelWaiting, type CancelAnswer } from "./cancel.ts";
import { TaskOp } from "./op.ts";
import { whole } from "./options.ts";
import { queuesOf } from "./queue-seqs.ts";
import { redriveSome } from "./redrive.ts";
import { removeSome } from "./remove.ts";
import { toStoreError } from "./sqlite-errors.ts";
import type { Store } from "./store.ts";
import type { Transaction } from "./transaction.ts";
import type { Turn } from "./turn.ts";

/** How many frames one transaction acts on. */
const AT_ONCE = 500;

/** Acts on what is in the file, a piece per turn. */
export class SqliteControl implements Control {
  readonly #store: Store;
  readonly #turn: Turn;

  constructor(store: Store, turn: Turn) {
    this.#store = store;
    this.#turn = turn;
  }

  readonly redrive = (channel: string, query: { readonly ids?: readonly string[]; readonly limit?: number } = {}): Promise<number> => {
    const { ids, limit } = query;
    const most = limit === undefined ? Number.POSITIVE_INFINITY : whole("limit", limit, 0);
    return this.#piecewise(most, (tx, after, count) => redriveSome(tx, queuesOf(tx.sql, channel), ids, after, count));
  };

  readonly remove = (channel: string, query: { readonly ids?: readonly string[]; readonly state?: FrameState }): Promise<number> =>
    this.#piecewise(Number.POSITIVE_INFINITY, (tx, after, count) => removeSome(tx, queuesOf(tx.sql, channel), query, after, count));

  readonly pause = (channel: string, paused: boolean): Promise<void> =>
    this.#task((tx) => {
      if (paused) tx.sql.run("insert into jo_paused values (?) on conflict do nothing", channel);
      else tx.sql.run("delete from jo_paused where channel = ?", channel);
      tx.topologyChanged();
      for (const queue of queuesOf(tx.sql, channel)) tx.woken.add(queue);
    });

  readonly cancel = (channel: string, id: string): Promise<CancelAnswer> => this.#task((tx) => cancelWaiting(tx, channel, id));

  async #piecewise(most: number, piece: (tx: Transaction, after: number, count: number) => Piece): Promise<number> {
    let done = 0;
    for (let after: number | undefined = 0; after !== undefined && done < most;) {
      const from: number = after;
      const { count, next }: Piece = await this.#task((tx) => piece(tx, from, Math.min(AT_ONCE, most - done)));
      done += count;
      after = next;
    }
    return done;
  }

  async #task<Value>(work: (tx: Transaction) => Value): Promise<Value> {
    await this.#store.open();
    const op = new TaskOp(work, (error) => toStoreError(this.#store.settings.path, error));
    this.#turn.add(op);
    return op.promise;
  }
}

/** What one transaction did, and after which number to go on; `undefined` when nothing is left. */
export interface Piece {
  readonly count: number;
  readonly next: number | undefined;
}
