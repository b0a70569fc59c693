import { Ring } from "@job-orch/core/substrate";
import { ActorStoppedError, SnapshotError } from "./errors.ts";
import type { DeadLetter, Directive } from "./events.ts";
import type { Message } from "./message.ts";
import type { Settings } from "./options.ts";

/** Keys that failed, and messages that died with them, are remembered up to these. */
const MOST_KEYS = 100_000;
const MOST_DEAD = 1_000;

/** Decides about actors that failed, and remembers those that were stopped. */
export class Supervision {
  readonly #settings: Settings;
  /** When keys were restarted, the last few times. Units: milliseconds of the clock's steady time. */
  readonly #restarts = new Map<string, readonly number[]>();
  readonly #stopped = new Map<string, ActorStoppedError>();
  readonly #dead = new Ring<DeadLetter>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** What is to become of it; a directive that cannot be followed, or a decision that throws, stops it. */
  decide(key: string, error: unknown, nowMs: number): Directive {
    let directive: Directive;
    try {
      directive = this.#settings.onError(error, key);
    } catch {
      return "stop";
    }
    if (directive === "resume") return "resume";
    return directive === "restart" && this.mayRestart(key, nowMs) ? "restart" : "stop";
  }

  /** Whether the next message may try to activate it. That its store is away says nothing about the actor. */
  mayTryAgain(key: string, error: unknown, nowMs: number): boolean {
    return error instanceof SnapshotError || this.mayRestart(key, nowMs);
  }

  /** Counts a restart; whether it may be. */
  mayRestart(key: string, nowMs: number): boolean {
    const recent = (this.#restarts.get(key) ?? []).filter((atMs) => nowMs - atMs < this.#settings.withinMs);
    recent.push(nowMs);
    this.#restarts.delete(key); // so that it is the last one to be forgotten
    forgetOldest(this.#restarts);
    this.#restarts.set(key, recent);
    return recent.length <= this.#settings.mostRestarts;
  }

  stop(name: string, key: string, cause: unknown): ActorStoppedError {
    const error = new ActorStoppedError(name, key, cause);
    this.#restarts.delete(key);
    forgetOldest(this.#stopped);
    this.#stopped.set(key, error);
    return error;
  }

  /** Why a key is stopped, if it is. */
  stoppedBy(key: string): ActorStoppedError | undefined {
    return this.#stopped.size === 0 ? undefined : this.#stopped.get(key);
  }

  revive(key: string): boolean {
    return this.#stopped.delete(key);
  }

  /** Keeps a message whose actor was stopped before its turn. */
  bury({ key, id, request }: Message, error: ActorStoppedError): DeadLetter {
    const letter = { key, id, request, error };
    if (this.#dead.length >= MOST_DEAD) this.#dead.shift();
    this.#dead.push(letter);
    return letter;
  }

  /** Hands out the dead letters, the oldest first, and forgets them. */
  takeDead(): readonly DeadLetter[] {
    const letters: DeadLetter[] = [];
    for (let letter = this.#dead.shift(); letter !== undefined; letter = this.#dead.shift()) letters.push(letter);
    return letters;
  }
}

function forgetOldest(byKey: Map<string, unknown>): void {
  if (byKey.size < MOST_KEYS) return;
  for (const oldest of byKey.keys()) {
    byKey.delete(oldest);
    return;
  }
}
