import { OptionError } from "@job-orch/core";
import { Cron } from "croner";
import type { Plan } from "./plan.ts";

const LONGEST_PATTERN = 128;

/**
 * A cron pattern in a time zone. Where clocks go forward, an instant that is left out becomes the first one that exists;
 * where they go back, a fixed time fires once, the first time, and `*` patterns fire through both hours.
 */
export class CronPlan implements Plan {
  readonly #cron: Cron;

  constructor(pattern: string, timeZone: string) {
    if (typeof pattern !== "string" || pattern.length > LONGEST_PATTERN) {
      throw new OptionError(`"cron" takes a pattern of at most ${LONGEST_PATTERN} characters`);
    }
    checkTimeZone(timeZone);
    this.#cron = parse(pattern, timeZone);
    if (this.after(0) === undefined) throw new OptionError(`The cron pattern "${pattern}" never fires: there is no such day`);
  }

  readonly after = (ms: number): number | undefined => this.#cron.nextRun(new Date(ms))?.getTime();

  readonly newest = (afterMs: number, upToMs: number, most: number): readonly number[] => {
    // Croner's runs are whole seconds, and it leaves out the one that is its reference.
    const runs = this.#cron.previousRuns(most + 1, new Date((Math.floor(upToMs / 1000) + 1) * 1000)).map((run) => run.getTime());
    return runs
      .filter((ms) => ms > afterMs && ms <= upToMs)
      .slice(0, most)
      .reverse();
  };
}

function parse(pattern: string, timezone: string): Cron {
  try {
    return new Cron(pattern, { timezone, paused: true, mode: "5-or-6-parts" });
  } catch (cause) {
    throw new OptionError(`"${pattern}" is no cron pattern: ${(cause as Error).message}`, { cause });
  }
}

function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat("en", { timeZone });
  } catch (cause) {
    throw new OptionError(`"${String(timeZone)}" is no time zone that this machine knows; it takes an IANA name such as Europe/Stockholm`, {
      cause,
    });
  }
}
