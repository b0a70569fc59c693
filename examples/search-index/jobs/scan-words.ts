const SEPARATOR = 0;
const WORD = 1;
const UPPER = 2;

const LETTER = /[\p{L}\p{N}\p{M}\p{So}\p{Cs}]/u;

/** What each UTF-16 unit is. Halves of pairs are taken as letters: most of them are, or are signs worth finding. */
export const KINDS = Uint8Array.from({ length: 0x1_0000 }, (_, unit) => {
  if (unit >= 0x41 && unit <= 0x5a) return UPPER;
  return LETTER.test(String.fromCharCode(unit)) ? WORD : SEPARATOR;
});

/**
 * Finds the words of a text: runs of letters and digits. `parts` finds those inside `camelCase` words too.
 *
 * Shape: `found(start, end, whole)`; the parts of a word come after it.
 */
export function scanWords(text: string, found: (start: number, end: number, whole: boolean) => void): void {
  const { length } = text;
  let at = 0;
  while (at < length) {
    while (at < length && KINDS[text.charCodeAt(at)] === SEPARATOR) at++;
    const start = at;
    let before = SEPARATOR;
    let humps = 0;
    for (; at < length; at++) {
      const kind = KINDS[text.charCodeAt(at)];
      if (kind === SEPARATOR || kind === undefined) break;
      if (kind === UPPER && before === WORD) humps++;
      before = kind;
    }
    if (at === start) continue;
    found(start, at, true);
    if (humps > 0) scanHumps(text, start, at, found);
  }
}

function scanHumps(text: string, start: number, end: number, found: (start: number, end: number, whole: boolean) => void): void {
  let from = start;
  for (let at = start + 1; at < end; at++) {
    if (KINDS[text.charCodeAt(at)] !== UPPER || KINDS[text.charCodeAt(at - 1)] !== WORD) continue;
    found(from, at, false);
    from = at;
  }
  found(from, end, false);
}
