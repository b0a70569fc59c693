/** How many partitions keys are spread over unless said otherwise; the same everywhere, or keys end up in different places. */
export const PARTITIONS = 1_024;

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * FNV-1a of the UTF-8 bytes of a text, 32 bits. Lone surrogates are U+FFFD, as in every encoder.
 *
 * Range:  integer 0 to 2^32 − 1.
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function fnv1a(text: string): number {
  let hash = OFFSET_BASIS;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      hash = Math.imul(hash ^ unit, PRIME);
      continue;
    }
    let point = text.codePointAt(at) as number;
    if (point > 0xffff) at++;
    else if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    const bytes = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    hash = Math.imul(hash ^ (FIRST_BYTE[bytes]! | (point >>> (6 * (bytes - 1)))), PRIME);
    for (let left = bytes - 2; left >= 0; left--) hash = Math.imul(hash ^ (0x80 | ((point >>> (6 * left)) & 0x3f)), PRIME);
  }
  return hash >>> 0;
}

/** What the first byte of a character of so many bytes begins with. */
const FIRST_BYTE: readonly number[] = [0, 0, 0xc0, 0xe0, 0xf0];

/** The partition of a key: the same for every host, in every language. Range: integer 0 to `partitions` − 1. */
export function partitionOf(key: string, partitions: number = PARTITIONS): number {
  return fnv1a(key) % partitions;
}
