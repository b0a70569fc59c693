import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SLOTS_PER_STAGE, STAGES, threeStages } from "./three-stages.ts";

export interface KillReport {
  readonly kills: number;
  readonly requests: number;
  /** Requests that never came out at the end. */
  readonly lost: readonly string[];
  /** Requests that came out more than once. */
  readonly twice: readonly string[];
  /** Answers that are not what three stages make of the request. */
  readonly wrong: readonly string[];
  /** Runs beyond one per stage and request. */
  readonly repeatedRuns: number;
  readonly mostRepeatedRuns: number;
  /** Channels of stages that hold something other than completed requests at the end. */
  readonly unfinished: readonly string[];
  readonly longestRecoveryMs: number;
}

export interface KillOptions {
  readonly kills: number;
  readonly requests: number;
  readonly seed: number;
  /** A run that takes longer has failed. Units: milliseconds. */
  readonly withinMs: number;
}

const WORKER = new URL("./pipeline-worker.ts", import.meta.url);

/** Sends requests, kills the process that works on them again and again at random moments, and looks at what came out. */
export async function killPipeline(options: KillOptions): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), "job-orch-kill-"));
  const file = join(folder, "jobs.db");
  const effects = join(folder, "effects.txt");
  await writeFile(effects, "");
  const deadline = performance.now() + options.withinMs;
  const random = mulberry(options.seed);
  const { transport, pipeline } = threeStages(file, async () => {});
  const answers = await pipeline.responseReceiver({ group: "judge" });
  const seen = new Map<string, number[]>();
  const judging = (async () => {
    for await (const { id, result } of answers) seen.set(id, [...(seen.get(id) ?? []), result.ok ? result.value : Number.NaN]);
  })();
  let worker: ChildProcess | undefined;
  let longestRecoveryMs = 0;
  try {
    const ids = new Map<string, number>();
    // Requests keep coming between the kills, so that every kill finds some in every stage.
    const perRound = Math.ceil(options.requests / options.kills);
    for (let kill = 0; kill < options.kills && performance.now() < deadline; kill++) {
      const from = ids.size;
      const numbers = Array.from({ length: Math.min(perRound, options.requests - from) }, (_, i) => from + i);
      for (const [i, id] of (await pipeline.sendMany(numbers)).entries()) ids.set(id, numbers[i] ?? Number.NaN);
      worker = fork(WORKER, [file, effects], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      await Promise.race([once(worker, "message"), once(worker, "exit")]);
      await wait(random() * 60);
      await end(worker);
    }
    const lastKillMs = performance.now();
    worker = fork(WORKER, [file, effects], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    while (seen.size < ids.size && performance.now() < deadline && worker.exitCode === null) await wait(20);
    longestRecoveryMs = performance.now() - lastKillMs;
    await end(worker);
    return await judge();

    async function judge(): Promise<KillReport> {
      const runs = (await readFile(effects, "utf8")).trim().split("\n");
      const distinct = new Set(runs.map((line) => line.split(" ").slice(0, 2).join(" ")));
      const unfinished: string[] = [];
      for (const stage of STAGES) {
        const { ready, delayed, inFlight, dead, cancelled } = await transport.depth(stage);
        if (ready + delayed + inFlight + dead + cancelled > 0) unfinished.push(stage);
      }
      return {
        kills: options.kills,
        requests: ids.size,
        lost: [...ids.keys()].filter((id) => !seen.has(id)),
        twice: [...seen].filter(([, values]) => values.length > 1).map(([id]) => id),
        wrong: [...seen].filter(([id, [value]]) => value !== (ids.get(id) ?? Number.NaN) + STAGES.length).map(([id]) => id),
        repeatedRuns: runs.length - distinct.size,
        mostRepeatedRuns: options.kills * SLOTS_PER_STAGE * STAGES.length,
        unfinished,
        longestRecoveryMs,
      };
    }
  } finally {
    if (worker !== undefined) await end(worker);
    await answers[Symbol.asyncDispose]();
    await judging;
    await pipeline.close();
    await transport[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.signalCode === "SIGKILL") return;
  if (worker.exitCode !== null) throw new Error(`The process that works ended by itself with ${worker.exitCode}`);
  const exited = once(worker, "exit");
  worker.kill("SIGKILL");
  await exited;
}

/** Random numbers that a seed repeats. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
