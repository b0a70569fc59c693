import { OptionError } from "@job-orch/core";
import { steadyNow } from "@job-orch/core/substrate";
import type { Hello } from "../wire/frames.ts";
import type { Exit, LinkEvents } from "../worker-link.ts";
import { Credits } from "./credits.ts";
import { Member } from "./member.ts";
import type { RosterOptions } from "./roster.ts";

/** Slots beyond the window, for requests that were taken back and that their worker has not passed over yet. */
const SPARE_SLOTS = 64;

export interface WorkerStartOptions extends RosterOptions {
  /** It said that it is there. */
  readonly onUp: (member: Member, hello: Hello) => void;
  readonly onGone: (member: Member, exit: Exit) => void;
}

/** How one worker comes up: what it is given, how long it may take, and who hears of it. */
export class WorkerStart {
  readonly #options: WorkerStartOptions;

  constructor(options: WorkerStartOptions) {
    this.#options = options;
  }

  /** A worker that has not been started. */
  member(place: number, incarnation: number): Member {
    const { factory, settings } = this.#options;
    const { concurrency, targetMs, maxWindow, environment } = settings;
    const slots = maxWindow + SPARE_SLOTS;
    const claims = factory.shares ? new Int32Array(new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT)) : undefined;
    const credits = new Credits({ concurrency, targetMs, maxWindow });
    return new Member({ place, incarnation, slots, claims, credits, bornMs: steadyNow(environment.clock) });
  }

  /** Starts it. `ref`: whether it keeps the process alive. */
  begin(member: Member, ref: boolean): void {
    const { factory, settings, idPrefix, name, emitter, jobs, onGone } = this.#options;
    const { place, incarnation, claims } = member;
    emitter.emit("workerStarting", { pool: name, place, incarnation });
    const late = settings.environment.clock.after(settings.startTimeoutMs, () => this.#late(member), { ref: false });
    try {
      const start = { place, incarnation, jobs: jobs(), idPrefix, claims, concurrency: settings.concurrency };
      member.link = factory.start(
        start,
        this.#events(member, () => late.cancel()),
      );
      member.link.setRef(ref);
    } catch (error) {
      late.cancel();
      // Not from within: whoever asked for a worker goes on first.
      queueMicrotask(() => onGone(member, { code: null, error: error as Error }));
    }
  }

  #events(member: Member, inTime: () => void): LinkEvents {
    const { name, emitter, onBatch, onReady, onUp, onGone } = this.#options;
    const { place, incarnation } = member;
    return {
      onReady: (hello) => {
        inTime();
        onUp(member, hello);
      },
      onBatch: (batch) => {
        if (member.state !== "down") onBatch(member, batch);
      },
      onCredit: (credit) => {
        member.credits.limit(credit);
        if (member.state === "ready") onReady(member);
      },
      onOutput: (stream, line) => emitter.emit("workerOutput", { pool: name, place, incarnation, stream, line }),
      onDown: (exit) => {
        inTime();
        onGone(member, exit);
      },
    };
  }

  #late(member: Member): void {
    if (member.state !== "starting") return;
    member.exit = { code: null, error: new OptionError(`it said nothing within ${this.#options.settings.startTimeoutMs} ms`) };
    member.link?.kill();
  }
}
