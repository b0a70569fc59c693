import { type Clock, OptionError, systemClock } from "@job-orch/core";

export interface SqliteOptions {
  /** `full` (default): what was accepted survives power loss. `normal`: it survives the process, a power loss may undo the last commits. */
  readonly synchronous?: "full" | "normal";
  /**
   * `shared` (default): any number of processes of this host work on the file together. `exclusive`: this transport alone; a
   * second one is refused. `":memory:"` is always exclusive.
   */
  readonly access?: "shared" | "exclusive";
  /**
   * How SQLite keeps its journal. Default: as the file does already; a new one gets `wal`, or `delete` (slower) where several
   * processes could damage it in WAL mode: with SQLite below 3.51.3, as in older Node.js 22.
   */
  readonly journal?: Journal;
  /** Lets the queue live in a file that holds the application's own tables as well (names that begin with `jo_` are ours). Default false. */
  readonly besideOwnTables?: boolean;
  /** Units: bytes of `Frame.body`. Range: 1 to 900,000,000. Default 64 MiB. */
  readonly maxFrameBytes?: number;
  /**
   * How much may wait or be worked on in one work channel or one group before senders wait. An anonymous receiver that
   * falls this far behind is cut off instead. What goes out with a settlement may pass the bound by that one call.
   */
  readonly capacity?: {
    /** Range: integer ≥ 1. Default 4,194,304. */
    readonly frames?: number;
    /** Units: bytes of bodies and headers. Range: integer ≥ 1. Default 4 GiB. */
    readonly bytes?: number;
  };
  /** What is kept of each channel for inspection after the end; those accepted first go first. */
  readonly retention?: {
    /** Completed and cancelled frames, each. Default 10,000 frames, one day, 256 MiB. */
    readonly completed?: RetentionOptions;
    /** Dead letters. Default 100,000 frames, 30 days, 1 GiB. */
    readonly dead?: RetentionOptions;
    /**
     * A named group that nobody has received from for so long is removed, with what it holds. Units: milliseconds. Range:
     * 60,000 or more. Default `Infinity`: groups stay, and a full one that nobody receives from refuses sends.
     */
    readonly idleGroupMs?: number;
  };
  /** How often a waiting receiver looks for what other processes sent. Units: milliseconds. Range: 1 to 1,000. Default 8. */
  readonly pollMs?: number;
  /** Where time comes from. */
  readonly clock?: Clock;
}

export interface RetentionOptions {
  /** Range: integer ≥ 0. */
  readonly count?: number;
  /** Units: milliseconds since the end. */
  readonly ageMs?: number;
  /** Units: bytes of bodies and headers. */
  readonly bytes?: number;
}

export type Journal = "wal" | "delete";

export type Retention = Required<RetentionOptions>;

/** Options with their defaults, checked. */
export interface Settings {
  readonly path: string;
  readonly synchronous: "full" | "normal";
  readonly exclusive: boolean;
  /** `undefined`: as the file has it, or as the engine can. */
  readonly journal: Journal | undefined;
  readonly besideOwnTables: boolean;
  readonly maxFrameBytes: number;
  readonly capacity: { readonly frames: number; readonly bytes: number };
  readonly retention: { readonly completed: Retention; readonly dead: Retention; readonly idleGroupMs: number };
  readonly pollMs: number;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const MIB = 2 ** 20;
/** A restart of all receivers must not look like their end. Units: milliseconds. */
const LEAST_IDLE_MS = 60_000;
/** A blob must fit SQLite's own limit together with the rest of its row. Source: https://www.sqlite.org/limits.html */
const MOST_FRAME_BYTES = 900_000_000;

/** Errors: `ERR_OPTION`. */
export function toSettings(path: string, options: SqliteOptions): Settings {
  if (typeof path !== "string" || path.length === 0) throw new OptionError(`"path" is ${String(path)}; it takes a file path or ":memory:"`);
  if (typeof options !== "object" || options === null) throw new OptionError("The options are no object; sqlite takes (path, { … })");
  const { capacity = {}, retention = {} } = options;
  if (typeof capacity !== "object" || capacity === null) throw new OptionError('"capacity" is no object; it takes { frames, bytes }');
  if (typeof retention !== "object" || retention === null) throw new OptionError('"retention" is no object; it takes { completed, dead }');
  return {
    path,
    synchronous: oneOf("synchronous", options.synchronous ?? "full", ["full", "normal"]),
    exclusive: path === ":memory:" || oneOf("access", options.access ?? "shared", ["shared", "exclusive"]) === "exclusive",
    journal: options.journal === undefined ? undefined : oneOf<Journal>("journal", options.journal, ["wal", "delete"]),
    besideOwnTables: options.besideOwnTables ?? false,
    maxFrameBytes: whole("maxFrameBytes", options.maxFrameBytes ?? 64 * MIB, 1, MOST_FRAME_BYTES),
    capacity: {
      frames: whole("capacity.frames", capacity.frames ?? 2 ** 22, 1),
      bytes: whole("capacity.bytes", capacity.bytes ?? 4096 * MIB, 1),
    },
    retention: {
      completed: toRetention("completed", retention.completed, { count: 10_000, ageMs: DAY_MS, bytes: 256 * MIB }),
      dead: toRetention("dead", retention.dead, { count: 100_000, ageMs: 30 * DAY_MS, bytes: 1024 * MIB }),
      idleGroupMs: idle(retention.idleGroupMs ?? Number.POSITIVE_INFINITY),
    },
    pollMs: whole("pollMs", options.pollMs ?? 8, 1, 1_000),
    clock: options.clock ?? systemClock,
  };
}

export function whole(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new OptionError(`"${name}" is ${String(value)}; it takes a whole number from ${least} to ${most}`);
}

function oneOf<Name extends string>(name: string, value: Name, names: readonly Name[]): Name {
  if (names.includes(value)) return value;
  throw new OptionError(
    `"${name}" is ${typeof value === "string" ? `"${value}"` : typeof value}; it takes ${names.map((one) => `"${one}"`).join(" or ")}`,
  );
}

function idle(value: number): number {
  if (typeof value === "number" && value >= LEAST_IDLE_MS) return value;
  throw new OptionError(`"retention.idleGroupMs" is ${String(value)}; it takes a number from ${LEAST_IDLE_MS}, or Infinity`);
}

function toRetention(name: string, given: RetentionOptions = {}, fallback: Retention): Retention {
  if (typeof given !== "object" || given === null)
    throw new OptionError(`"retention.${name}" is no object; it takes { count, ageMs, bytes }`);
  const member = (key: keyof Retention): number => {
    const value = given[key] ?? fallback[key];
    if (typeof value === "number" && value >= 0) return value;
    throw new OptionError(`"retention.${name}.${key}" is ${String(value)}; it takes a number from 0`);
  };
  const count = member("count");
  if (count !== Number.POSITIVE_INFINITY) whole(`retention.${name}.count`, count, 0); // a fraction is no place in a table
  return { count, ageMs: member("ageMs"), bytes: member("bytes") };
}
