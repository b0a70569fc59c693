import type { ChannelSpec } from "@job-orch/core";
import type { Statements } from "./statements.ts";

/** Where frames of a broadcast channel go. */
export interface Subscription {
  readonly queue: number;
  readonly anonymous: boolean;
}

/** Which queues there are, remembered between transactions for as long as nobody changed them. */
export class Topology {
  #version = -1;
  readonly #work = new Map<string, number>();
  readonly #subscriptions = new Map<string, readonly Subscription[]>();
  readonly #live = new Map<number, boolean>();
  #paused: ReadonlySet<string> | undefined;

  /** Forgets everything unless it is of this version. */
  use(version: number): void {
    if (version === this.#version) return;
    this.forget();
    this.#version = version;
  }

  forget(): void {
    this.#version = -1;
    this.#work.clear();
    this.#subscriptions.clear();
    this.#live.clear();
    this.#paused = undefined;
  }

  /** The queue of a work channel, made when it is the first time. */
  work(sql: Statements, channel: string): number {
    const known = this.#work.get(channel);
    if (known !== undefined) return known;
    const queue = groupQueue(sql, { name: channel, mode: "work" }, "");
    this.#work.set(channel, queue);
    return queue;
  }

  subscriptions(sql: Statements, channel: string): readonly Subscription[] {
    const known = this.#subscriptions.get(channel);
    if (known !== undefined) return known;
    const found = sql
      .rows<[number, string | null]>("select id, grp from jo_queues where channel = ? and mode = 1 and gone = 0 order by id", channel)
      .map(([queue, group]) => ({ queue, anonymous: group === null }));
    this.#subscriptions.set(channel, found);
    return found;
  }

  isLive(sql: Statements, queue: number): boolean {
    let live = this.#live.get(queue);
    if (live === undefined) {
      live = sql.row("select 1 from jo_queues where id = ? and gone = 0", queue) !== undefined;
      this.#live.set(queue, live);
    }
    return live;
  }

  isPaused(sql: Statements, channel: string): boolean {
    this.#paused ??= new Set(sql.rows<[string]>("select channel from jo_paused").map(([name]) => name));
    return this.#paused.has(channel);
  }
}

/** The queue of a work channel (group `""`) or of a named group, made when it is the first time. */
export function groupQueue(sql: Statements, { name, mode }: ChannelSpec, group: string): number {
  const modeCode = mode === "work" ? 0 : 1;
  const find = (): number | undefined =>
    sql.row<[number]>("select id from jo_queues where channel = ? and mode = ? and grp = ?", name, modeCode, group)?.[0];
  const known = find();
  if (known !== undefined) return known;
  sql.run("insert into jo_queues (channel, mode, grp) values (?, ?, ?)", name, modeCode, group);
  return find() as number;
}
