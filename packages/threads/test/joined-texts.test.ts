import { EXTRA, headOf, Kind, TEXT } from "@job-orch/link";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { joinTexts, REPLIES, REQUESTS, splitTexts } from "../src/joined-texts.ts";

const body = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ value: JSON.parse(JSON.stringify(value)) as unknown, text: true })), // JSON has no −0
  fc.string({ minLength: 250, maxLength: 260 }).map((value) => ({ value, text: true })),
  fc.constantFrom(undefined, null, "[1]", 7, new Date(0)).map((value) => ({ value: value as unknown, text: false })),
);
const entries = fc.array(fc.record({ body, extra: fc.boolean(), number: fc.nat() }), { maxLength: 20 });

/** What arrives of a batch: each body as its job or its caller sees it. */
function valuesOf(batch: readonly unknown[], first: number, bodyAt: number): unknown[] {
  const values: unknown[] = [];
  for (let at = first; at < batch.length;) {
    const head = batch[at] as number;
    const found = batch[at + bodyAt];
    values.push((head & TEXT) === 0 ? found : JSON.parse(found as string));
    at += bodyAt + ((head & EXTRA) === 0 ? 1 : 2);
  }
  return values;
}

it("every request of a batch arrives as it was, and its extra with it", () => {
  fc.assert(
    fc.property(entries, (all) => {
      const batch = all.flatMap(({ body: { value, text }, extra, number }, slot) => [
        headOf(0, (text ? TEXT : 0) | (extra ? EXTRA : 0), 3, slot),
        number,
        text ? JSON.stringify(value) : value,
        ...(extra ? [{ id: `own-${slot}` }] : []),
      ]);
      const before = structuredClone(batch);
      const arrived = splitTexts(structuredClone([...joinTexts(batch, REQUESTS)]), REQUESTS);
      expect(batch).toEqual(before);
      expect(valuesOf(arrived, 0, 2)).toEqual(all.map(({ body: { value } }) => value));
      expect(arrived).toHaveLength(batch.length);
    }),
  );
});

it("so does every reply, behind what the batch says of itself", () => {
  fc.assert(
    fc.property(entries, (all) => {
      const batch = [
        17,
        all.length,
        ...all.flatMap(({ body: { value, text } }, slot) => [
          headOf(Kind.Ok, text ? TEXT : 0, 0, slot),
          text ? JSON.stringify(value) : value,
        ]),
      ];
      const arrived = splitTexts(structuredClone([...joinTexts(batch, REPLIES)]), REPLIES);
      expect(arrived.slice(0, 2)).toEqual([17, all.length]);
      expect(valuesOf(arrived, 2, 1)).toEqual(all.map(({ body: { value } }) => value));
    }),
  );
});

it("many short texts are one, a lone one and long ones stay by themselves", () => {
  const request = (slot: number, text: string): unknown[] => [headOf(0, TEXT, 0, slot), slot, text];
  const lone = request(0, "[1]");
  expect(joinTexts(lone, REQUESTS)).toBe(lone);
  const long = `"${"x".repeat(300)}"`;
  const joined = joinTexts([...request(0, "1"), ...request(1, long), ...request(2, "[2]")], REQUESTS);
  expect(joined.filter((element) => typeof element === "string")).toEqual([long, "[1,[2]]"]);
});
