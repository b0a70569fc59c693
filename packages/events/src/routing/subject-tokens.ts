import { OptionError } from "@job-orch/core";
import { safeString } from "@job-orch/core/substrate";

/** Longer ones are refused. Units: characters. */
export const MOST_CHARACTERS = 4_096;

/** Errors: `ERR_OPTION` when it is not a subject. */
export function toTokens(subject: string): readonly string[] {
  const tokens = split(subject, "subject");
  for (const token of tokens) {
    if (token === "*" || token === ">") throw new OptionError(`The subject "${shown(subject)}" has a wildcard; only patterns have`);
  }
  return tokens;
}

/** Errors: `ERR_OPTION` when it is not a pattern. */
export function toPattern(pattern: string): readonly string[] {
  const tokens = split(pattern, "pattern");
  const rest = tokens.indexOf(">");
  if (rest >= 0 && rest < tokens.length - 1) {
    throw new OptionError(`The pattern "${shown(pattern)}" goes on behind ">", which stands for all that follows`);
  }
  return tokens;
}

function split(text: string, what: string): readonly string[] {
  if (typeof text !== "string") throw new OptionError(`The ${what} is ${safeString(text).slice(0, 40)}; it takes names joined by dots`);
  if (text.length > MOST_CHARACTERS) {
    throw new OptionError(`The ${what} is ${text.length} characters long; it takes at most ${MOST_CHARACTERS}`);
  }
  const tokens = text.split(".");
  if (tokens.includes("")) throw new OptionError(`The ${what} "${shown(text)}" has an empty name; it takes names joined by dots`);
  return tokens;
}

function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
