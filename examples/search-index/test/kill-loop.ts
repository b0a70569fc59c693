import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Ended, startDemo } from "./support/demo.ts";
import { randomFrom } from "./support/random.ts";
import { referenceOf } from "./support/reference.ts";
import { deadLettersIn, storedIn, waitingIn } from "./support/stored.ts";
import { Tree } from "./support/tree.ts";

export interface KillOptions {
  readonly kills: number;
  /** Text files to begin with. */
  readonly files: number;
  readonly seed: number;
  /** A run that takes longer has failed. Units: milliseconds. */
  readonly withinMs: number;
}

export interface KillReport {
  readonly seed: number;
  readonly kills: number;
  /** Kills of a run that had begun to work; the others came before that. */
  readonly atWork: number;
  /** How often the tree was finished, and changed for the runs after. */
  readonly rounds: number;
  readonly files: number;
  /** Paths that the index should have and has not, or not as they are on disk. */
  readonly lost: readonly string[];
  /** Paths that the index should not have. */
  readonly strays: readonly string[];
  /** Entries of the full-text index beyond one per file. */
  readonly twice: number;
  /** Dead letters that are missing or too many. */
  readonly wrongDeadLetters: readonly string[];
  /** Requests that nobody finished. */
  readonly waiting: number;
  /** Runs that ended by themselves and not well. */
  readonly failures: readonly string[];
}

/** How long after it begins to work a run is killed, at most. Units: milliseconds. */
const LONGEST_WORK_MS = 1_200;
/** One kill in so many comes while the program is still starting. */
const EARLY_KILLS = 8;

/**
 * Kills the program with SIGKILL at random moments and starts it again, changing the tree whenever it was finished; then
 * lets it finish and compares its index with one that was worked out in the plainest way.
 */
export async function killLoop({ kills, files, seed, withinMs }: KillOptions): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), "search-index-kill-"));
  try {
    const loop = new KillLoop(folder, seed, files, performance.now() + withinMs);
    while (loop.kills < kills) await loop.once();
    return await loop.finish();
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

class KillLoop {
  kills = 0;
  readonly #seed: number;
  readonly #random: () => number;
  readonly #tree: Tree;
  readonly #files: number;
  readonly #dbPath: string;
  readonly #deadlineMs: number;
  readonly #failures: string[] = [];
  #atWork = 0;
  #rounds = 0;

  constructor(folder: string, seed: number, files: number, deadlineMs: number) {
    this.#seed = seed;
    this.#random = randomFrom(seed);
    this.#files = files;
    this.#deadlineMs = deadlineMs;
    this.#dbPath = join(folder, "store", "demo.db");
    this.#tree = new Tree(join(folder, "tree"), seed);
    this.#tree.addTexts(files);
    this.#tree.addTrouble();
  }

  /** One run, killed unless it is finished before. */
  async once(): Promise<void> {
    if (performance.now() > this.#deadlineMs) throw new Error(`Only ${this.kills} kills in time (seed ${this.#seed})`);
    const demo = startDemo([this.#tree.root, "--db", this.#dbPath]);
    const early = this.#random() * EARLY_KILLS < 1;
    if (!early) await demo.printed("Search index");
    await Promise.race([wait(this.#random() * LONGEST_WORK_MS), demo.ended]);
    demo.child.kill("SIGKILL");
    const ended = await demo.ended;
    if (ended.signal === "SIGKILL") {
      this.kills++;
      if (!early) this.#atWork++;
      return;
    }
    this.#note(ended);
    this.#rounds++;
    this.#tree.addTexts(Math.ceil(this.#files / 20));
    this.#tree.changeTexts(Math.ceil(this.#files / 4));
    this.#tree.removeTexts(Math.ceil(this.#files / 20));
  }

  async finish(): Promise<KillReport> {
    this.#note(await startDemo([this.#tree.root, "--db", this.#dbPath]).ended);
    const expected = referenceOf(this.#tree.root);
    const stored = storedIn(this.#dbPath);
    const differs = (path: string): boolean => !sameTerms(expected.files.get(path), stored.files.get(path));
    const deadLetters = await deadLettersIn(this.#dbPath);
    return {
      seed: this.#seed,
      kills: this.kills,
      atWork: this.#atWork,
      rounds: this.#rounds,
      files: expected.files.size,
      lost: [...expected.files.keys()].filter(differs),
      strays: [...stored.files.keys()].filter((path) => !expected.files.has(path)),
      twice: stored.documents - stored.files.size,
      wrongDeadLetters: difference(
        deadLetters,
        [...expected.refused].map(([path, code]) => `${path} ${code}`),
      ),
      waiting: await waitingIn(this.#dbPath),
      failures: this.#failures,
    };
  }

  #note({ code, signal, stdout, stderr }: Ended): void {
    if (code !== 0 || stderr !== "") this.#failures.push(`exit ${String(code ?? signal)}: ${stderr || stdout.slice(-500)}`);
  }
}

function sameTerms(a: ReadonlyMap<string, number> | undefined, b: ReadonlyMap<string, number> | undefined): boolean {
  return a !== undefined && b !== undefined && a.size === b.size && [...a].every(([term, count]) => b.get(term) === count);
}

/** What is in one list more often than in the other. */
function difference(found: readonly string[], wanted: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of found) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of wanted) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts].filter(([, count]) => count !== 0).map(([text, count]) => `${text} (${count > 0 ? "+" : ""}${count})`);
}
