import { job } from "@job-orch/core";
import type { Transferable } from "node:worker_threads";
import {
  type Control,
  EXTRA,
  type Exit,
  type Extra,
  headOf,
  hostJob,
  Kind,
  type LinkEvents,
  payloadOf,
  Pool,
  slotOf,
  type Start,
  TEXT,
} from "../../src/index.ts";
import type { PoolOptions } from "../../src/index.ts";
import { begin, Claim } from "../../src/wire/claims.ts";

/** A request as a worker sees it. */
export interface Given {
  readonly slot: number;
  readonly body: unknown;
  readonly transfers: readonly Transferable[];
  readonly extra: Extra | undefined;
}

/** A worker that does what a test says, when it says so: every order of events can be had. */
export class ScriptedWorker {
  readonly start: Start;
  readonly given: Given[] = [];
  readonly controls: Control[] = [];
  killed = false;
  down = false;
  readonly #events: LinkEvents;
  readonly #claims: Int32Array | undefined;

  constructor(start: Start, events: LinkEvents) {
    this.start = start;
    this.#events = events;
    this.#claims = start.claims;
  }

  readonly link = {
    send: (batch: readonly unknown[], transfers: readonly Transferable[]): void => {
      const moved = transfers.length === 0 ? batch : (structuredClone(batch, { transfer: [...transfers] as never[] }) as unknown[]);
      for (let at = 0; at < moved.length; at += ((moved[at] as number) & EXTRA) === 0 ? 3 : 4) {
        const head = moved[at] as number;
        const body = (head & TEXT) === 0 ? moved[at + 2] : JSON.parse(moved[at + 2] as string);
        const extra = (head & EXTRA) === 0 ? undefined : (moved[at + 3] as Extra);
        this.given.push({ slot: slotOf(head), body, transfers, extra });
      }
    },
    tell: (control: Control): void => void this.controls.push(control),
    kill: (): void => {
      this.killed = true;
    },
    setRef: (): void => undefined,
  };

  ready(hello: { readonly credit?: number; readonly tellsBegun?: boolean } = {}): void {
    this.#events.onReady({ hello: true, jobs: this.start.jobs, ...hello });
  }

  credit(credit: number): void {
    this.#events.onCredit(credit);
  }

  /** Begins its next request; `undefined` when there is none. One that was taken back is passed over, and that is said. */
  begin(at = 0): Given | undefined {
    const next = this.given.splice(at, 1)[0];
    if (next === undefined) return undefined;
    if (this.#claims === undefined) this.#events.onBatch([1, 0, headOf(Kind.Begun, 0, 0, next.slot), undefined]);
    else if (!begin(this.#claims, next.slot)) {
      this.skip(next);
      return this.begin(at);
    }
    return next;
  }

  skip(...given: readonly Given[]): void {
    this.#events.onBatch([1, 0, ...given.flatMap(({ slot }) => [headOf(Kind.Skipped, 0, 0, slot), undefined])]);
  }

  answer({ slot }: Given, value: unknown): void {
    if (this.#claims !== undefined) Atomics.store(this.#claims, slot, Claim.Done);
    this.#events.onBatch([1, 1, headOf(Kind.Ok, 0, 0, slot), value]);
  }

  /** Says anything at all. */
  say(batch: readonly unknown[]): void {
    this.#events.onBatch(batch);
  }

  /** Ends; what it had is left to the pool. */
  end(exit: Exit = { code: 1 }): void {
    if (this.down) return;
    this.down = true;
    this.#events.onDown(exit);
  }
}

/** A job on workers that do what they are told. */
export function scripted(options: PoolOptions = {}, shares = true) {
  const workers: ScriptedWorker[] = [];
  const factory = {
    kind: "scripted",
    shares,
    start: (start: Start, events: LinkEvents) => {
      const worker = new ScriptedWorker(start, events);
      workers.push(worker);
      return worker.link;
    },
  };
  const pool = new Pool({ name: "scripted", options: { size: 1, restart: { backoff: { maxMs: 0 } }, ...options }, factory });
  const doing = job<unknown, unknown>()({ name: "do", run: () => undefined });
  const hosted = hostJob(doing, pool, payloadOf("auto"), true);
  /** The worker that stands there now. */
  const last = (): ScriptedWorker => workers.at(-1) as ScriptedWorker;
  return { pool, hosted, workers, last };
}

/** Lets everything that is due in this turn happen. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}
