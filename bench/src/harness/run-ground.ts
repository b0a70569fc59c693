import type { Arguments } from "./arguments.ts";
import type { Ground } from "./case.ts";
import { mediansOf, reaches, toOutcome } from "./outcome.ts";
import { runCase } from "./run-case.ts";
import { toTable } from "./table.ts";

/**
 * Measures the cases of a ground and prints each as it is done. Returns whether every bar holds; a smoke run has too
 * little to go by, so there it is enough that every count was right.
 */
export async function runGround(ground: Ground, { caseId, json, smoke, rounds }: Arguments): Promise<boolean> {
  let holds = true;
  for (const measured of ground.cases) {
    if (caseId !== undefined && measured.id !== caseId) continue;
    const lacks = measured.lacks?.();
    if (lacks !== undefined) {
      const line = json
        ? JSON.stringify({ ground: ground.name, case: measured.id, skipped: lacks })
        : `${ground.name}/${measured.id}: skipped, ${lacks}\n`;
      process.stdout.write(`${line}\n`);
      continue;
    }
    const onTurn = (contender: string, round: number): void => showProgress(`${measured.id}, round ${round} of ${rounds}: ${contender}`);
    const figures = await runCase(measured, { ground: ground.name, rounds, smoke, onTurn });
    showProgress("");
    const outcome = toOutcome(ground.name, measured, figures);
    const aimed = reaches(measured, measured.aim, outcome.ours, mediansOf(measured, figures));
    process.stdout.write(`${json ? JSON.stringify(outcome) : toTable(measured, outcome, figures, aimed)}\n`);
    holds &&= outcome.holds || smoke;
  }
  return holds;
}

/** One line on a terminal, written over and over; nothing elsewhere. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
