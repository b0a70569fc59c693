import { safeRead } from "@job-orch/core/substrate";
import { type ExitClass, exitClasses } from "../policy/exit-class.ts";
import type { RestartRule } from "./child-spec.ts";
import type { Ending } from "./incarnation.ts";

/** Node's code for a thread whose heap was full. Source: https://nodejs.org/api/errors.html#err_worker_out_of_memory */
const OUT_OF_MEMORY = "ERR_WORKER_OUT_OF_MEMORY";

/** What class an end is that nobody asked for. Errors that know theirs say so in `exitClass`, as those of pools do. */
export function classify({ how, error }: Ending, restart: RestartRule): ExitClass {
  const exitClass = safeRead(error, "exitClass");
  if (exitClasses.includes(exitClass as ExitClass)) return exitClass as ExitClass;
  if (how === "neverUp") return "startFailure";
  if (how === "threw") return safeRead(error, "code") === OUT_OF_MEMORY ? "outOfMemory" : "crash";
  return restart === "permanent" ? "crash" : "drained"; // who is to run for ever has no business ending
}
