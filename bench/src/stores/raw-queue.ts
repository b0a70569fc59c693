import { DatabaseSync } from "node:sqlite";
import type { Request } from "../queues/queue.ts";
import { scratchFile } from "./scratch-file.ts";

export interface RawJob {
  readonly id: number;
  readonly body: string;
}

/**
 * A queue as one would write it by hand with nothing but SQL: one table, a partial index on what is ready, prepared
 * statements, every commit synced (`synchronous = full`). It has no retries, leases, delays, history, or anything else.
 */
export class RawQueue {
  readonly #db = new DatabaseSync(scratchFile());
  readonly #begin;
  readonly #commit;
  readonly #insert;
  readonly #claim;
  readonly #complete;
  readonly #count;

  constructor() {
    this.#db.exec("pragma journal_mode = wal; pragma synchronous = full");
    this.#db.exec("create table jobs (id integer primary key, body text not null, state integer not null default 0) strict");
    this.#db.exec("create index ready on jobs (id) where state = 0");
    this.#begin = this.#db.prepare("begin immediate");
    this.#commit = this.#db.prepare("commit");
    this.#insert = this.#db.prepare("insert into jobs (body) values (?)");
    this.#claim = this.#db.prepare(
      "update jobs set state = 1 where id in (select id from jobs indexed by ready where state = 0 order by id limit ?) returning id, body",
    );
    this.#complete = this.#db.prepare("delete from jobs where id = ?");
    this.#count = this.#db.prepare("select count(*) as n from jobs");
  }

  /** One commit. */
  add(requests: readonly Request[]): void {
    this.#begin.run();
    for (const request of requests) this.#insert.run(JSON.stringify(request));
    this.#commit.run();
  }

  /** One commit: completes what was claimed before, claims up to `most` more. */
  next(done: readonly RawJob[], most: number): readonly RawJob[] {
    this.#begin.run();
    for (const { id } of done) this.#complete.run(id);
    const claimed = this.#claim.all(most) as unknown as readonly RawJob[];
    this.#commit.run();
    return claimed;
  }

  /** One commit. */
  claim(most: number): readonly RawJob[] {
    return this.#claim.all(most) as unknown as readonly RawJob[];
  }

  /** One commit. */
  complete({ id }: RawJob): void {
    this.#complete.run(id);
  }

  /** Whatever is in it, in whatever state. */
  get size(): number {
    return (this.#count.get() as { readonly n: number }).n;
  }
}
