import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { KINDS } from "../jobs/scan-words.ts";
import { LOWER } from "../jobs/term-table.ts";

/**
 * Writes what each UTF-16 unit is, for programs whose language knows another version of Unicode: the same text must give the
 * same terms everywhere.
 *
 * Shape: 65,536 bytes, one per unit: 0 between words, 1 in words, 2 an upper-case letter that begins a part of one. Then the lower case of each
 *        unit, two bytes each, little-endian.
 */
export function writeLetters(path: string): void {
  const lower = Buffer.alloc(LOWER.length * 2);
  for (const [unit, value] of LOWER.entries()) lower.writeUInt16LE(value, unit * 2);
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, Buffer.concat([KINDS, lower]));
  renameSync(fresh, path); // another run may be reading it
}
