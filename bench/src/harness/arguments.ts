import { parseArgs } from "node:util";

export interface Arguments {
  readonly ground: string;
  readonly json: boolean;
  readonly smoke: boolean;
  readonly rounds: number;
  /** Only this case. */
  readonly caseId: string | undefined;
}

/** A mistake of whoever typed the command; its message is a sentence for them. */
export class UsageError extends Error {}

const MOST_ROUNDS = 100;

/** Errors: `UsageError`. */
export function readArguments(args: readonly string[], grounds: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [ground, ...more] = positionals;
  const known = grounds.join(", ");
  if (ground === undefined) throw new UsageError(`Say which ground to measure: ${known}`);
  if (more.length > 0) throw new UsageError(`One ground at a time, please; "${more.join(" ")}" is too much`);
  if (!grounds.includes(ground)) throw new UsageError(`There is no ground "${ground}"; there are: ${known}`);
  const smoke = values.smoke ?? false;
  const rounds = values.rounds === undefined ? (smoke ? 1 : 5) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MOST_ROUNDS) {
    throw new UsageError(`"--rounds" is ${values.rounds}; it takes a whole number from 1 to ${MOST_ROUNDS}`);
  }
  return { ground, json: values.json ?? false, smoke, rounds, caseId: values.case };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean" }, smoke: { type: "boolean" }, case: { type: "string" }, rounds: { type: "string" } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
