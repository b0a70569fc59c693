import type { Control, FrameState } from "@job-orch/core";
import { cancelWaiting, type CancelAnswer } from "./cancel.ts";
import { checkChannel } from "./check-frames.ts";
import { checkAddress, checkFlag, checkSelection, checkText } from "./check-queries.ts";
import { TaskOp } from "./op.ts";
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

  readonly redrive = async (
    channel: string,
    query: { readonly ids?: readonly string[]; readonly limit?: number } = {},
  ): Promise<number> => {
    checkAddress(channel);
    checkSelection(query);
    const { ids, limit: most = Number.POSITIVE_INFINITY } = query;
    return this.#piecewise(most, (tx, after, count) => redriveSome(tx, queuesOf(tx.sql, channel), ids, after, count));
  };

  readonly remove = async (channel: string, query: { readonly ids?: readonly string[]; readonly state?: FrameState }): Promise<number> => {
    checkAddress(channel);
    checkSelection(query);
    return this.#piecewise(Number.POSITIVE_INFINITY, (tx, after, count) => removeSome(tx, queuesOf(tx.sql, channel), query, after, count));
  };

  readonly pause = async (channel: string, paused: boolean): Promise<void> => {
    checkChannel({ name: channel, mode: "work" });
    checkFlag("paused", paused);
    return this.#task((tx) => {
      if (paused) tx.sql.run("insert into jo_paused values (?) on conflict do nothing", channel);
      else tx.sql.run("delete from jo_paused where channel = ?", channel);
      tx.topologyChanged();
      for (const queue of queuesOf(tx.sql, channel)) tx.woken.add(queue);
    });
  };

  readonly cancel = async (channel: string, id: string): Promise<CancelAnswer> => {
    checkChannel({ name: channel, mode: "work" });
    checkText("id", id);
    return this.#task((tx) => cancelWaiting(tx, channel, id));
  };

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
