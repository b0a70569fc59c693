import { realpathSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { HostChoice } from "../hosts/term-host.ts";

/** What to do, as the command line says it. */
export type Command =
  | { readonly kind: "help" }
  | {
      readonly kind: "index";
      /** Absolute, without links. */
      readonly directory: string;
      readonly dbPath: string;
      readonly fresh: boolean;
      readonly host: HostChoice;
      /** The same command once more, as one types it. */
      readonly again: string;
      /** How one searches what it makes. */
      readonly look: string;
    }
  | {
      readonly kind: "search";
      readonly words: string;
      /** Only files in here; `undefined`: the whole index. */
      readonly directory: string | undefined;
      readonly dbPath: string;
      readonly limit: number;
    };

/** The command line makes no sense; the message is one sentence that says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DEFAULT_DB = ".job-orch/demo.db";
const DEFAULT_LIMIT = 10;
const MOST_RESULTS = 1_000;
const MOST_THREADS = 64;

const OPTIONS = {
  search: { type: "string" },
  limit: { type: "string" },
  fresh: { type: "boolean" },
  threads: { type: "string" },
  processes: { type: "string" },
  db: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

export interface Surroundings {
  /** Where relative directories start: where the user is. */
  readonly userFolder: string;
  /** Where the program keeps its files, and looks for `node_modules`. */
  readonly workspace: string;
}

/** Errors: `UsageError`. */
export function toCommand(args: readonly string[], { userFolder, workspace }: Surroundings): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: "help" };
  if (positionals.length > 1)
    throw new UsageError(`One directory at a time: ${positionals.map((name) => `"${name}"`).join(", ")} are ${positionals.length}.`);
  const [given] = positionals;
  const host = toHost(values.threads, values.processes);
  const dbPath = values.db === undefined ? resolve(workspace, DEFAULT_DB) : toDbPath(values.db, userFolder);
  if (values.search === undefined) {
    if (values.limit !== undefined) throw new UsageError("--limit goes with --search.");
    const directory = toDirectory(given === undefined ? resolve(workspace, "node_modules") : resolve(userFolder, given));
    return { kind: "index", directory, dbPath, fresh: values.fresh ?? false, host, ...asTyped(given, values) };
  }
  if (values.threads !== undefined || values.processes !== undefined) {
    throw new UsageError("--threads and --processes say where texts are tokenised, and --search tokenises none.");
  }
  if (values.fresh === true) throw new UsageError("--fresh starts an index again and --search looks into one: use one of them.");
  if (!/[\p{L}\p{N}]/u.test(values.search)) throw new UsageError('--search takes words, as in --search "event emitter".');
  const directory = given === undefined ? undefined : resolve(userFolder, given);
  return { kind: "search", words: values.search, directory, dbPath, limit: toLimit(values.limit) };
}

interface Said {
  readonly db?: string | undefined;
  readonly threads?: string | undefined;
  readonly processes?: string | undefined;
}

function asTyped(directory: string | undefined, { db, threads, processes }: Said): { readonly again: string; readonly look: string } {
  const place = [...(directory === undefined ? [] : [directory]), ...said("--db", db)];
  const again = typed([...place, ...said("--threads", threads), ...said("--processes", processes)]);
  return { again, look: `${typed(place)}${place.length === 0 ? " --" : ""} --search "event emitter"` };
}

function said(option: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [option, value];
}

/** A command line as one types it. */
function typed(args: readonly string[]): string {
  return [
    "npm run demo",
    ...(args.length === 0 ? [] : ["--"]),
    ...args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)),
  ].join(" ");
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(sentence((error as Error).message));
  }
}

/** The first sentence of what Node says; the others are about its own API. */
function sentence(message: string): string {
  const [first = message] = message.split(/(?<=[a-z'"])\. |\n/);
  if (first.startsWith("Unknown option")) return `${first}: --help lists those that there are.`;
  return first.endsWith(".") ? first : `${first}.`;
}

function toDirectory(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`There is no directory ${path}.`);
  if (!stat.isDirectory()) throw new UsageError(`${path} is not a directory.`);
  return realpathSync(path);
}

function toDbPath(given: string, userFolder: string): string {
  if (given === "") throw new UsageError("--db takes a file, as in --db .job-orch/demo.db.");
  const path = resolve(userFolder, given);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(`--db takes a file, but ${path} is a directory.`);
  return path;
}

function toHost(threads: string | undefined, processes: string | undefined): HostChoice {
  const size = availableParallelism();
  if (threads !== undefined && processes !== undefined) throw new UsageError("--threads or --processes, not both.");
  if (processes !== undefined) {
    if (processes !== "node" && processes !== "python" && processes !== "rust") {
      throw new UsageError(`--processes takes node, python or rust, not "${processes}".`);
    }
    return { kind: processes, size };
  }
  // The main thread has a core of its own to read and to write on; a thread more costs memory and gains nothing.
  if (threads === undefined) return { kind: "threads", size: Math.max(1, size - 1) };
  const count = Number(threads);
  if (!/^\d+$/.test(threads) || count > MOST_THREADS)
    throw new UsageError(`--threads takes a whole number from 0 to ${MOST_THREADS}, not "${threads}".`);
  return count === 0 ? { kind: "here" } : { kind: "threads", size: count };
}

function toLimit(given: string | undefined): number {
  if (given === undefined) return DEFAULT_LIMIT;
  const limit = Number(given);
  if (/^\d+$/.test(given) && limit >= 1 && limit <= MOST_RESULTS) return limit;
  throw new UsageError(`--limit takes a whole number from 1 to ${MOST_RESULTS}, not "${given}".`);
}
