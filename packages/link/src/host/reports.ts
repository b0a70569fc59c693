import { steadyNow } from "@job-orch/core/substrate";
import type { ExitClass } from "@job-orch/supervisor";
import type { WorkerStartError } from "../link-errors.ts";
import { afterCrash } from "./after-crash.ts";
import type { Availability } from "./availability.ts";
import type { Member } from "./member.ts";
import type { Pool } from "./pool.ts";
import type { Quarantine } from "./quarantine.ts";
import { Replies } from "./replies.ts";
import type { Stealing } from "./stealing.ts";
import type { Task } from "./task.ts";

export interface ReportsOptions {
  readonly pool: Pool;
  readonly quarantine: Quarantine;
  readonly availability: Availability;
  readonly stealing: Stealing;
}

/** What workers say of themselves, and what follows: whenever one of them has done something, somebody may be given more. */
export class Reports {
  readonly #options: ReportsOptions;
  readonly #replies: Replies;

  constructor(options: ReportsOptions) {
    this.#options = options;
    const { pool } = options;
    const onAnswered = (task: Task): void => {
      pool.intake.end(task);
      pool.counts.noteAnswered(task);
      if (task.quarantined) pool.suspects.clear(task.origin ?? pool.idOf(task));
    };
    this.#replies = new Replies({ onAnswered, onHandedBack: (task) => pool.intake.handBack(task) });
  }

  ready(member: Member): void {
    const { pool, quarantine, availability, stealing } = this.#options;
    availability.noteUp();
    pool.fill(member);
    quarantine.next();
    if (pool.room.queue.length === 0 && member.inFlight === 0) stealing.soon();
  }

  batch(member: Member, batch: readonly unknown[]): void {
    const { pool, quarantine } = this.#options;
    const ended = batch[1] as number;
    if (ended > 0) {
      member.credits.observe(batch[0] as number, ended);
      member.served += ended;
      pool.roster.worked(member, ended);
    }
    const handedBack = this.#replies.read(member, batch);
    const leaves = member.state !== "ready";
    if (handedBack || leaves) pool.refill(); // it may be about to end, and others have nothing else to do, or waited for it
    if (!handedBack || leaves) pool.fill(member);
    quarantine.next();
    if (member.inFlight === 0) this.#idle(member);
  }

  /** `error`: why it never came up. */
  down(member: Member, exitClass: ExitClass, error: WorkerStartError | undefined): void {
    const { pool, quarantine, availability } = this.#options;
    pool.counts.noteExit(exitClass);
    quarantine.onDown(member);
    afterCrash(pool, member, exitClass);
    availability.noteDown(member, exitClass, error);
    const why = availability.lost(error);
    if (why !== undefined) pool.failWaiting(why);
    pool.refill();
    quarantine.next();
  }

  #idle(member: Member): void {
    const { pool, stealing } = this.#options;
    member.idleSinceMs = steadyNow(pool.settings.environment.clock);
    if (pool.settings.steal && pool.roster.ready.length > 1) stealing.soon();
  }
}
