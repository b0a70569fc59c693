import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fnv1a, ownerOf, partitionOf, PARTITIONS } from "../src/index.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);

describe("a key's partition", () => {
  it("is FNV-1a of its UTF-8 bytes, as everywhere", () => {
    expect(["", "a", "foobar"].map(fnv1a)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]); // the authors' own test vectors
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.constantFrom("\ud800", "a\udc00b", "\ud83d")),
        (text) => {
          let hash = 0x811c9dc5n;
          for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
          expect(fnv1a(text)).toBe(Number(hash));
          expect(partitionOf(text)).toBe(Number(hash % 1_024n));
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});

describe("a partition's owner", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 8 });

  it("does not depend on the order of the members, and moves only to who came or from who left", () => {
    fc.assert(
      fc.property(names, fc.nat(PARTITIONS - 1), (members, partition) => {
        const owner = ownerOf(partition, members);
        expect(members).toContain(owner);
        expect(ownerOf(partition, members.toReversed())).toBe(owner);
        for (const leaver of members) {
          const after = ownerOf(
            partition,
            members.filter((member) => member !== leaver),
          );
          if (leaver !== owner) expect(after).toBe(owner);
        }
      }),
      { seed, numRuns: 300 },
    );
    expect(ownerOf(1, [])).toBeUndefined();
  });

  it("is spread evenly", () => {
    for (const count of [2, 3, 8]) {
      const members = Array.from({ length: count }, (_, at) => `host-${at}`);
      const shares = new Map<string, number>();
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const owner = ownerOf(partition, members) as string;
        shares.set(owner, (shares.get(owner) ?? 0) + 1);
      }
      for (const share of shares.values()) expect(Math.abs(share / (PARTITIONS / count) - 1)).toBeLessThan(0.35);
    }
  });
});
