import { availableParallelism } from "node:os";
import type { Case, Contender } from "./case.ts";
import { type Figures, toFigures } from "./figures.ts";
import { runChild } from "./run-child.ts";

export interface RunCaseOptions {
  readonly ground: string;
  readonly rounds: number;
  readonly smoke: boolean;
  /** Called before each measurement. */
  readonly onTurn: (contender: string, round: number) => void;
}

/** Measures every contender of a case once per round, round-robin, so that a machine that slows down slows all of them. */
export async function runCase(measured: Case, options: RunCaseOptions): Promise<ReadonlyMap<string, Figures>> {
  const values = new Map<string, number[]>(measured.contenders.map(({ name }) => [name, []]));
  const width = measured.untimed === true ? Math.max(1, Math.min(2, availableParallelism())) : 1;
  const queue = turnsOf(measured, options.rounds);
  const lane = async (): Promise<void> => {
    for (let turn = queue.shift(); turn !== undefined; turn = queue.shift()) {
      const { name } = turn.contender;
      options.onTurn(name, turn.round);
      const value = await runChild(
        { ground: options.ground, case: measured.id, contender: name, smoke: options.smoke },
        measured.pinned === true,
      );
      values.get(name)?.push(value);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return new Map(Array.from(values, ([name, all]) => [name, toFigures(name, all)]));
}

function turnsOf({ contenders }: Case, rounds: number): { readonly contender: Contender; readonly round: number }[] {
  return Array.from({ length: rounds }, (_, round) => contenders.map((contender) => ({ contender, round: round + 1 }))).flat();
}
