import { type Awaitable, type Environment, OptionError, systemEnvironment } from "@job-orch/core";
import { checkMembers, duration, oneOf, whole } from "@job-orch/core/substrate";
import type { Directive } from "./events.ts";
import type { AskedActors } from "./others.ts";
import type { SnapshotStore } from "./snapshots.ts";

/** How requests become messages of actors, and actors come and go. */
export interface ActorsOptions<Request, State, Snapshot> {
  /** Which actor a request is for. Range: a string of 1 to 1,024 characters. */
  readonly key: (request: Request) => string;
  /** Makes an actor's state, from its last snapshot if there is one. */
  readonly activate: (key: string, snapshot: Snapshot | undefined) => Awaitable<State>;
  /** What is to be kept of a state that leaves memory; `undefined` keeps nothing. Needs `snapshots`. */
  readonly passivate?: (state: State, key: string) => Awaitable<Snapshot | undefined>;
  /**
   * Where snapshots rest: a `Map`, a Keyv, or whatever has `get`, `set` and `delete`. It must throw, or answer `set` with
   * `false`, when it fails: for a Keyv, `throwOnErrors: true`. Needs `passivate`. Several processes over one store: it needs
   * `setIf`, or the last one to write a key's snapshot wins, whatever it knew.
   */
  readonly snapshots?: SnapshotStore;
  /** An actor with nothing to do for this long leaves memory. Units: milliseconds; `Infinity` for never. Default 300,000. */
  readonly idleMs?: number;
  /** How many actors are in memory before those that were idle longest leave. Range: integer 1 to 10,000,000. Default 50,000. */
  readonly max?: number;
  /** How many actors work at once; one that waits for another actor does not count. Range: integer 1 to 1,000,000. Default 1,024. */
  readonly concurrency?: number;
  readonly mailbox?: {
    /** How many messages may wait for one actor. Range: integer 1 to 1,000,000. Default 1,024. */
    readonly perKey?: number;
    /** How many may wait for all of them. Range: integer 1 to 10,000,000. Default 100,000. */
    readonly total?: number;
    /** What a full mailbox does with the next message: its sender waits, or is refused (`ERR_BUSY`). Default `"wait"`. */
    readonly onFull?: "wait" | "reject";
  };
  /**
   * What becomes of an actor that threw: it keeps its state (`"resume"`), begins again from its last snapshot with the next
   * message (`"restart"`), or takes no more messages (`"stop"`). The message itself is answered with the error and not repeated.
   * Default `"resume"`.
   */
  readonly onError?: Directive | ((error: unknown, key: string) => Directive);
  /** An actor that would be restarted more often than this is stopped. Default 3 in 60,000 ms. */
  readonly restarts?: { readonly most?: number; readonly withinMs?: number };
  /** Whether an actor may be asked by one that it waits for: that message runs at once, in between. Otherwise `ERR_DEADLOCK`. Default false. */
  readonly reentrant?: boolean;
  /** Whom the job means when it asks by name: see `actorsNamed`. Its own name is known. */
  readonly asks?: AskedActors;
  /** Where time and chance come from. Default: the system's. */
  readonly environment?: Environment;
}

export interface Settings {
  readonly key: (request: unknown) => string;
  readonly activate: (key: string, snapshot: unknown) => unknown;
  readonly passivate: ((state: unknown, key: string) => unknown) | undefined;
  readonly snapshots: SnapshotStore | undefined;
  readonly idleMs: number;
  readonly max: number;
  readonly concurrency: number;
  readonly perKey: number;
  readonly total: number;
  readonly waits: boolean;
  readonly onError: (error: unknown, key: string) => Directive;
  readonly mostRestarts: number;
  readonly withinMs: number;
  readonly reentrant: boolean;
  readonly asks: AskedActors;
  readonly environment: Environment;
}

/** Errors: `ERR_OPTION`. */
export function toSettings(options: ActorsOptions<never, never, never>): Settings {
  const {
    key,
    activate,
    passivate,
    snapshots,
    mailbox = {},
    asks = {},
    onError = "resume",
    restarts = {},
    environment = systemEnvironment,
  } = options ?? {};
  for (const [name, value] of Object.entries({ key, activate })) {
    if (typeof value !== "function") throw new OptionError(`"${name}" takes a function`);
  }
  if (passivate !== undefined && typeof passivate !== "function") throw new OptionError('"passivate" takes a function');
  if ((passivate === undefined) !== (snapshots === undefined)) {
    throw new OptionError('"passivate" and "snapshots" go together: one says what is kept, the other where');
  }
  if (snapshots !== undefined) checkMembers("snapshots", snapshots, ["get", "set", "delete"], "a Map, a Keyv or the like");
  const directives = ["resume", "restart", "stop"] as const;
  if (snapshots?.setIf !== undefined) checkMembers("snapshots", snapshots, ["setIf"], "a store whose setIf is a function");
  return {
    key: key as Settings["key"],
    activate: activate as Settings["activate"],
    passivate: passivate as Settings["passivate"],
    snapshots,
    idleMs: duration("idleMs", options.idleMs ?? 300_000),
    max: whole("max", options.max ?? 50_000, 1, 10_000_000),
    concurrency: whole("concurrency", options.concurrency ?? 1_024, 1, 1_000_000),
    perKey: whole("mailbox.perKey", mailbox.perKey ?? 1_024, 1, 1_000_000),
    total: whole("mailbox.total", mailbox.total ?? 100_000, 1, 10_000_000),
    waits: oneOf("mailbox.onFull", mailbox.onFull ?? "wait", ["wait", "reject"]) === "wait",
    onError: typeof onError === "function" ? onError : toDirective(oneOf("onError", onError, directives)),
    mostRestarts: whole("restarts.most", restarts.most ?? 3, 0, 1_000),
    withinMs: duration("restarts.withinMs", restarts.withinMs ?? 60_000),
    reentrant: options.reentrant === true,
    asks: toAsks(asks),
    environment,
  };
}

function toDirective(directive: Directive): () => Directive {
  return () => directive;
}

/** Errors: `ERR_OPTION`. */
export function toAsks(asks: AskedActors | undefined): AskedActors {
  for (const [name, actors] of Object.entries(asks ?? {})) {
    if (actors !== undefined) checkMembers(`asks.${name}`, actors, ["ask", "tell"], "actors, or what placedActors(…) made");
  }
  return { __proto__: null, ...asks } as never; // so that a name is never found where nobody put it
}
