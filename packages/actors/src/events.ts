import type { LogLevel } from "@job-orch/core";
import { isPromise } from "@job-orch/core/substrate";
import type { ActorStoppedError, SnapshotError } from "./errors.ts";
import type { Message } from "./message.ts";

/** What happens to actors. A listener that throws changes nothing. */
export interface ActorEvents {
  /** An actor has its state and begins to work; `restored` when the state came from a snapshot. */
  readonly activated: { readonly key: string; readonly restored: boolean };
  /** An actor's state left memory; `stored` when a snapshot of it was kept. */
  readonly passivated: { readonly key: string; readonly stored: boolean };
  /** An actor threw. What follows is what supervision decided. */
  readonly failed: { readonly key: string; readonly id: string; readonly error: unknown; readonly directive: Directive };
  /** An actor was stopped; `dead` follows for every message that waited. */
  readonly stopped: { readonly key: string; readonly error: ActorStoppedError };
  /** A message will not be worked on. */
  readonly dead: DeadLetter;
  readonly progress: { readonly key: string; readonly id: string; readonly value: unknown };
  readonly log: {
    readonly key: string;
    readonly id: string;
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>> | undefined;
  };
  /** A state could not be stored: it stays in memory and is tried again, or is forgotten when another host has stored one since (`ERR_LEASE_LOST`). */
  readonly snapshotFailed: { readonly key: string; readonly error: SnapshotError };
}

/** What supervision may do: keep the state, begin again from the last snapshot, or stop the key. */
export type Directive = "resume" | "restart" | "stop";

/** A message whose actor was stopped before its turn. */
export interface DeadLetter {
  readonly key: string;
  readonly id: string;
  readonly request: unknown;
  readonly error: ActorStoppedError;
}

type Listener = (event: never) => unknown;

/** Typed events; asking `wants` first saves building one that nobody hears. */
export class ActorEmitter {
  readonly #listeners = new Map<keyof ActorEvents, Set<Listener>>();

  on<Name extends keyof ActorEvents>(name: Name, listener: (event: ActorEvents[Name]) => unknown): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    const own: Listener = (event) => listener(event);
    this.#listeners.set(name, listeners.add(own));
    return () => {
      if (listeners.delete(own) && listeners.size === 0) this.#listeners.delete(name);
    };
  }

  wants(name: keyof ActorEvents): boolean {
    return this.#listeners.has(name);
  }

  emit<Name extends keyof ActorEvents>(name: Name, event: ActorEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      // Who watches must not change what happens.
      try {
        const returned = listener(event as never);
        if (isPromise(returned)) returned.then(undefined, () => undefined);
      } catch {}
    }
  }

  /** What a job says while it works on a message. */
  readonly told = (what: "progress" | "log", { key, id }: Message, about: object): void => {
    if (this.wants(what)) this.emit(what, { key, id, ...about } as ActorEvents["log"] & ActorEvents["progress"]);
  };
}
