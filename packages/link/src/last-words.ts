/** Units: characters. */
const MOST_CHARS = 200;
/** What runtimes write below the reason: where it happened, which version they are. */
const BELOW = /^\s|^Node\.js v|^note: /;

/** Of what a program wrote to standard error before it ended, the line that most likely says why; `undefined` when it wrote none. */
export function lastWords(stderrTail: string | undefined): string | undefined {
  const lines = (stderrTail ?? "").split("\n").filter((line) => /[\p{L}\p{N}]/u.test(line));
  const line = (lines.findLast((one) => !BELOW.test(one)) ?? lines.at(-1))?.trim();
  return line === undefined || line.length <= MOST_CHARS ? line : `${line.slice(0, MOST_CHARS)}…`;
}
