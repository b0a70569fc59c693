import { OFFERED_CAPS } from "../protocol/ops.ts";
import type { Clause } from "./clause.ts";
import { workerClauses } from "./clauses/clauses.ts";
import { PATIENCE_MS, Subject, type SubjectOptions } from "./subject.ts";

export interface ClauseOutcome {
  readonly clause: Clause;
  readonly outcome: "kept" | "broken" | "skipped";
  /** What went wrong, or why it does not apply. */
  readonly why?: string;
}

export interface WorkerRun {
  /** The worker's program and its arguments. */
  readonly command: readonly string[];
  readonly transport?: "fd3" | "stdio";
  /** Those whose id begins with it. */
  readonly only?: string;
  /** How long a worker has for what should take no time. Units: milliseconds. Default 10,000. */
  readonly patienceMs?: number;
  /** Hears of each as it ends. */
  readonly onOutcome?: (outcome: ClauseOutcome) => void;
}

/** Most clauses wait most of the time. */
const AT_ONCE = 4;

/**
 * Runs the clauses on a worker, each on a process of its own.
 *
 * Promise: never rejects because of the worker; no process of it is left.
 *
 * @example
 * const outcomes = await runWorkerClauses({ command: ["python3", "my_worker.py"] });
 */
export async function runWorkerClauses(run: WorkerRun): Promise<readonly ClauseOutcome[]> {
  const options: SubjectOptions = {
    command: run.command,
    transport: run.transport ?? "fd3",
    offered: [],
    hosted: true,
    patienceMs: run.patienceMs ?? PATIENCE_MS,
  };
  const says = await helloOf({ ...options, offered: OFFERED_CAPS });
  const left = workerClauses.filter(({ id }) => id.startsWith(run.only ?? ""));
  const outcomes = left.map(() => undefined as ClauseOutcome | undefined);
  let next = 0;
  let told = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < left.length; at = next++) {
      const clause = left[at] as Clause;
      const unmet = says === undefined ? undefined : unmetNeed(clause, says);
      outcomes[at] = unmet === undefined ? await checkClause(clause, options) : { clause, outcome: "skipped", why: unmet };
      for (let one = outcomes[told]; one !== undefined; one = outcomes[++told]) run.onOutcome?.(one); // in their order
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return outcomes.filter((outcome) => outcome !== undefined);
}

interface Says {
  readonly caps: ReadonlySet<string>;
  readonly jobs: readonly string[];
}

/** `undefined` when it says none: then every clause is tried, and says why. */
async function helloOf(options: SubjectOptions): Promise<Says | undefined> {
  const subject = new Subject(options);
  try {
    return await subject.hello;
  } catch {
    return undefined;
  } finally {
    await subject.kill();
  }
}

function unmetNeed({ needs = [], jobs = [] }: Clause, says: Says): string | undefined {
  const cap = needs.find((need) => !says.caps.has(need));
  if (cap !== undefined) return `its hello has no capability "${cap}"`;
  const job = jobs.find((need) => !says.jobs.includes(need));
  return job === undefined ? undefined : `it does not serve "${job}"`;
}

async function checkClause(clause: Clause, options: SubjectOptions): Promise<ClauseOutcome> {
  const subjects: Subject[] = [];
  try {
    await clause.check((other) => {
      const subject = new Subject({ ...options, ...other });
      subjects.push(subject);
      return subject;
    });
    return { clause, outcome: "kept" };
  } catch (error) {
    return { clause, outcome: "broken", why: error instanceof Error ? error.message : String(error) };
  } finally {
    await Promise.all(subjects.map((subject) => subject.kill()));
  }
}
