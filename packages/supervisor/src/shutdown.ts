import { constants } from "node:os";
import type { Clock } from "@job-orch/core";
import { pause } from "@job-orch/core/substrate";
import type { SuperviseOptions } from "./supervise.ts";
import type { SupervisorEmitter } from "./tree/events.ts";
import type { Tree } from "./tree/tree.ts";

interface ShutdownOptions extends Pick<SuperviseOptions, "closeIntake" | "flush" | "resources"> {
  readonly graceMs: number;
  readonly cancelMs: number;
  readonly clock: Clock;
  readonly emitter: SupervisorEmitter;
}

/** How long a hook or a resource may take to end: as long as nothing presses, and when it does. Units: milliseconds. */
const CLOSING_MS = 1_000;
const RUSHED_MS = 100;

/** The way down: not ready, intake of all, children right to left, flush, resources. In this order, each step once, none for longer than its time. */
export class Shutdown {
  readonly #tree: Tree;
  readonly #options: ShutdownOptions;
  readonly #rush = new AbortController();
  #stopping = false;
  #intake: Promise<void> | undefined;
  #reportedReady = false;
  #failed = false;
  #forced = false;
  #rushedBy: NodeJS.Signals | undefined;

  constructor(tree: Tree, options: ShutdownOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  get ready(): boolean {
    return !this.#stopping && this.#tree.isUp;
  }

  get exitCode(): number {
    if (this.#rushedBy !== undefined) return 128 + constants.signals[this.#rushedBy];
    return this.#failed || this.#forced ? 1 : 0;
  }

  /** Until everything has ended and is closed. */
  async run(): Promise<void> {
    try {
      await this.#tree.run();
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      this.#beginStop(undefined);
      await this.#closeIntake();
      await this.#bounded("flush", this.#options.flush);
      for (const resource of (this.#options.resources ?? []).toReversed()) await this.#bounded("resource", () => close(resource));
      this.#options.emitter.emit("stopped", { exitCode: this.exitCode, forced: this.#forced });
    }
  }

  /** The first time gracefully; again: at once. */
  async stop({
    graceMs = this.#options.graceMs,
    signal,
  }: { readonly graceMs?: number; readonly signal?: NodeJS.Signals } = {}): Promise<void> {
    if (this.#stopping) {
      if (!this.#rush.signal.aborted) this.#rushedBy = signal;
      this.#rush.abort();
      return this.#tree.hurry();
    }
    const { clock } = this.#options;
    this.#beginStop(signal);
    const beganMs = clock.now();
    const closed = this.#closeIntake();
    this.#tree.closeIntake(); // at once, however long the hook takes
    await closed;
    if (!this.#rush.signal.aborted) this.#tree.stop(Math.max(0, graceMs - Math.max(0, clock.now() - beganMs)));
  }

  noteForced(): void {
    this.#forced = true;
  }

  noticeReadiness(): void {
    const { ready } = this;
    if (ready === this.#reportedReady) return;
    this.#reportedReady = ready;
    this.#options.emitter.emit("readiness", { ready });
  }

  #beginStop(signal: NodeJS.Signals | undefined): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.noticeReadiness();
    this.#options.emitter.emit("stopping", { signal });
  }

  #closeIntake(): Promise<void> {
    this.#intake ??= this.#bounded("closeIntake", this.#options.closeIntake);
    return this.#intake;
  }

  async #bounded(what: string, act: (() => PromiseLike<void> | void) | undefined): Promise<void> {
    if (act === undefined) return;
    const over = new AbortController();
    let done = false;
    const acting = (async () => act())();
    acting
      .catch((error: unknown) => {
        this.#forced = true;
        this.#options.emitter.emit("failed", { what, error });
      })
      .finally(() => {
        done = true;
        over.abort();
      });
    await pause(this.#options.clock, CLOSING_MS, AbortSignal.any([over.signal, this.#rush.signal]));
    if (!done && this.#rush.signal.aborted) await pause(this.#options.clock, RUSHED_MS, over.signal);
    if (done) return;
    this.#forced = true;
    this.#options.emitter.emit("failed", { what, error: undefined });
  }
}

async function close(resource: AsyncDisposable | Disposable): Promise<void> {
  if (Symbol.asyncDispose in resource) return resource[Symbol.asyncDispose]();
  resource[Symbol.dispose]();
}
