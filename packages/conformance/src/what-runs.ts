import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Worker } from "node:worker_threads";

/** Files being read and the streams of the process come and go by themselves. */
const passing = new Set(["FSReqCallback", "FSReqPromise", "PipeWrap", "TTYWrap", "CloseReq", "Immediate"]);

/** What keeps this process alive, and the threads that were started since: to see what is left of something that was closed. */
export class WhatRuns implements Disposable {
  readonly #before = count();
  readonly #threads = new Set<Worker>();

  constructor() {
    subscribe("worker_threads", this.#onThread);
  }

  /** What there is now and was not before. */
  left(): readonly string[] {
    const left = [...count()].map(([kind, now]) => ({ kind, more: now - (this.#before.get(kind) ?? 0) })).filter(({ more }) => more > 0);
    const all = left.map(({ kind, more }) => `${more} × ${kind}`);
    return this.#threads.size === 0 ? all : [...all, `${this.#threads.size} × thread`];
  }

  [Symbol.dispose](): void {
    unsubscribe("worker_threads", this.#onThread);
  }

  readonly #onThread = (message: unknown): void => {
    const { worker } = message as { readonly worker: Worker };
    this.#threads.add(worker);
    worker.once("exit", () => this.#threads.delete(worker));
  };
}

function count(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) if (!passing.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
