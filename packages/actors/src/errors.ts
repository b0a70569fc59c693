import { JobError } from "@job-orch/core";

/** An actor waits, directly or over others, for itself. */
export class DeadlockError extends JobError {
  override readonly name = "DeadlockError";
  readonly code = "ERR_DEADLOCK";
  readonly retry = "never";
  /** The keys on the way from the actor back to itself. */
  readonly chain: readonly string[];

  constructor(name: string, chain: readonly string[]) {
    super(
      `Actors of "${name}" would wait for each other for ever: ${chain.map((key) => `"${key}"`).join(" → ")}; use tell, or set "reentrant"`,
    );
    this.chain = chain;
  }
}

/** The actor of a key was stopped: it failed too often, or its supervision said so. */
export class ActorStoppedError extends JobError {
  override readonly name = "ActorStoppedError";
  readonly code = "ERR_ACTOR_STOPPED";
  readonly retry = "later";
  readonly key: string;

  constructor(name: string, key: string, cause?: unknown) {
    super(`The actor "${key}" of "${name}" is stopped; revive("${key}") lets it take messages again`, { cause });
    this.key = key;
  }
}

/** The state of an actor could not be stored, or its stored state could not be read. */
export class SnapshotError extends JobError {
  override readonly name = "SnapshotError";
  readonly code = "ERR_SNAPSHOT";
  readonly retry = "later";
  readonly key: string;

  constructor(name: string, key: string, what: keyof typeof WHY, cause: unknown) {
    super(`The state of the actor "${key}" of "${name}" ${WHY[what]}`, { cause });
    this.key = key;
  }
}

const WHY = {
  read: "could not be read",
  stored: "could not be stored; it stays in memory",
  outdated: "was not stored, because another host has stored one since: this one is forgotten",
} as const;

/** The host of an actor died while it worked on this message. */
export class HostLostError extends JobError {
  override readonly name = "HostLostError";
  readonly code = "ERR_HOST_LOST";
  readonly retry = "unknown";
  readonly host: string;

  constructor(host: string, cause?: unknown) {
    super(`The host "${host}" was lost while an actor worked on this message; it may have had an effect`, { cause });
    this.host = host;
  }
}

/** The classes that cross between workers and their hosts as such. */
export const ERRORS = [DeadlockError, ActorStoppedError, SnapshotError, HostLostError] as const;
