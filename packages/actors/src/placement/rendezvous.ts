import { fnv1a } from "./partition.ts";

/**
 * The owner of a partition: the member whose name and the partition together hash highest. When a member comes or goes, only
 * partitions move that it gets or had.
 *
 * Shape:  `undefined` without members. Equal hashes: the name that sorts first.
 * Source: https://www.microsoft.com/en-us/research/wp-content/uploads/2017/02/HRW98.pdf
 */
export function ownerOf(partition: number, members: Iterable<string>): string | undefined {
  let owner: string | undefined;
  let highest = -1;
  for (const member of members) {
    const score = mixed(fnv1a(`${member}:${partition}`));
    if (score > highest || (score === highest && owner !== undefined && member < owner)) {
      owner = member;
      highest = score;
    }
  }
  return owner;
}

/** Spreads a hash over all bits: FNV alone leaves similar texts with similar high bits. Source: fmix32 of MurmurHash3, public domain. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
