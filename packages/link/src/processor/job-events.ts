import { CancelledError, type ProcessorEvents } from "@job-orch/core";
import { ProcessorEmitter } from "@job-orch/core/substrate";
import type { Pool } from "../host/pool.ts";
import type { Task } from "../host/task.ts";
import { Kind } from "../wire/frames.ts";

/** Workers do not say how long a job took. Units: milliseconds. */
const UNKNOWN_MS = 0;

/** What listeners hear of a job's requests. */
export class JobEvents {
  readonly #name: string;
  readonly #pool: Pool;
  readonly #emitter = new ProcessorEmitter();

  constructor(name: string, pool: Pool) {
    this.#name = name;
    this.#pool = pool;
  }

  on(event: string, listener: (event: never) => void): () => void {
    return this.#emitter.on(event as keyof ProcessorEvents, listener as never);
  }

  sent(id: string): void {
    if (this.#emitter.wants("sent")) this.#emitter.emit("sent", { processor: this.#name, id });
  }

  cached(id: string): void {
    if (this.#emitter.wants("cached")) this.#emitter.emit("cached", { processor: this.#name, id, where: "caller" });
  }

  succeeded(task: Task): void {
    if (this.#emitter.wants("succeeded")) this.#emitter.emit("succeeded", { ...this.#about(task), durationMs: UNKNOWN_MS });
  }

  failed(task: Task, error: Error): void {
    if (error instanceof CancelledError) {
      if (this.#emitter.wants("cancelled")) this.#emitter.emit("cancelled", { processor: this.#name, id: this.#pool.idOf(task), error });
    } else if (this.#emitter.wants("failed")) {
      this.#emitter.emit("failed", { ...this.#about(task), error, durationMs: UNKNOWN_MS });
    }
  }

  said(task: Task, kind: number, value: unknown): void {
    if (kind === Kind.Progress) this.#emitter.emit("progress", { ...this.#about(task), value });
    else if (kind === Kind.Log) this.#emitter.emit("log", { ...(value as ProcessorEvents["log"]), ...this.#about(task) });
  }

  retried(task: Task, error: Error): void {
    this.#emitter.emit("retried", { ...this.#about(task), attempt: task.attempt - 1, delayMs: 0, error });
  }

  dead(task: Task, error: Error): void {
    this.#emitter.emit("dead", { ...this.#about(task), error });
  }

  #about(task: Task) {
    return { processor: this.#name, id: this.#pool.idOf(task), attempt: task.attempt };
  }
}
