import type { ExitClass } from "@job-orch/supervisor";
import { PoisonRequestError, WorkerCrashedError } from "../link-errors.ts";
import type { Member } from "./member.ts";
import type { Pool } from "./pool.ts";
import type { Task } from "./task.ts";

/** What we did to a worker is nobody's fault in it. */
const OURS: readonly ExitClass[] = ["scaledDown", "recycled", "drained", "condemned"];

/**
 * What becomes of the requests of a worker that ended.
 *
 * Shape: not begun: back to the front of the queue, in order, as if nothing had been. Begun: again if the pool may
 *        (`retry.onCrash`), alone, because it may be what ended the worker; else its caller hears of the crash. One that ended
 *        workers before, twice alone or three times in company, is given up. Ended, with its answer lost: as begun, but no suspect.
 */
export function afterCrash(pool: Pool, member: Member, exitClass: ExitClass): void {
  const tasks = member.assigned();
  if (tasks.length === 0) return;
  const fates = tasks.map((task) => ({ task, fate: member.fateOf(task.slot) }));
  const ours = OURS.includes(exitClass);
  const suspects = ours ? [] : fates.filter(({ fate }) => fate === "running");
  for (const { task, fate } of fates.reverse()) {
    member.forget(task);
    if (fate === "untouched") pool.intake.handBack(task);
    else
      crashed(pool, member, task, {
        completed: fate === "done",
        suspects: suspects.length,
        suspect: suspects.some((one) => one.task === task),
        why: ours && member.wasKilled ? whyWeEndedIt(pool) : undefined,
      });
  }
}

interface Circumstances {
  readonly completed: boolean;
  readonly suspects: number;
  readonly suspect: boolean;
  readonly why: string | undefined;
}

function whyWeEndedIt({ isClosed, jobs }: Pool): string {
  return isClosed || jobs.noneTakes
    ? "the pool was stopped, and its grace was over"
    : "the pool ended it, as a job there did not stop when it was told to";
}

function crashed(pool: Pool, member: Member, task: Task, { completed, suspects, suspect, why }: Circumstances): void {
  const { settings, name } = pool;
  const report = { place: member.place, incarnation: member.incarnation, exit: member.exit ?? { code: null } };
  const error = new WorkerCrashedError(name, report, { completed, suspects, why });
  // One that is nobody's by name does not come again, unless it is begun again from here.
  if (suspect && (settings.retriesCrashes || task.origin !== undefined || task.ownId !== undefined)) {
    const { convicted, crashes } = pool.suspects.note(
      task.origin ?? pool.idOf(task),
      error,
      suspects === 1,
      settings.environment.clock.now(),
    );
    if (convicted && crashes.length > 1) {
      const poison = new PoisonRequestError(name, crashes);
      task.owner.buried(task, poison);
      return pool.fail(task, poison);
    }
  }
  // What was moved to it is gone with it; items that were yielded would be yielded twice.
  if (!settings.retriesCrashes || task.transfers !== undefined || task.items?.hasSome === true) return pool.fail(task, error);
  task.attempt++;
  task.owner.retried(task, error);
  if (suspect) pool.intake.isolate(task);
  else pool.intake.requeue(task);
}
