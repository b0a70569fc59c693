import { OptionError } from "../errors/errors.ts";
import { safeString } from "../errors/safe-read.ts";
import type { AnyJob } from "./job.ts";

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** For callers without types. Errors: `ERR_OPTION`. */
export function checkJob(job: AnyJob): void {
  if (typeof job !== "object" || job === null) throw new OptionError("A job is an object with a name and a run function");
  const { name, run, getCache, errors = [] } = job;
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new OptionError(`A job's name takes 1 to 100 letters, digits, "_", "." and "-", but it is ${safeString(name).slice(0, 40)}`);
  }
  if (typeof run !== "function") throw new OptionError(`The job "${name}" has no run function`);
  if (getCache !== undefined && typeof getCache !== "function") throw new OptionError(`"getCache" of the job "${name}" is not a function`);
  for (const side of ["request", "response"] as const) {
    if (job[side] !== undefined && typeof job[side]?.["~standard"]?.validate !== "function") {
      throw new OptionError(`"${side}" of the job "${name}" is not a Standard Schema`);
    }
  }
  if (
    !Array.isArray(errors) ||
    !errors.every((error) => typeof error === "function" && (error === Error || error.prototype instanceof Error))
  ) {
    throw new OptionError(`"errors" of the job "${name}" takes classes of errors`);
  }
}
