import { expect, it } from "vitest";
import { router } from "../../src/index.ts";
import { hashOf, printOf } from "../../src/routing/text-hash.ts";

/** Two texts of which a function says the same; there are some among so many. */
function twoAlike(of: (text: string) => number): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let at = 0; at < 1_000_000; at++) {
    const text = `${(at * 7_919).toString(36)}-${at}`;
    const other = seen.get(of(text));
    if (other !== undefined) return [other, text];
    seen.set(of(text), text);
  }
  throw new RangeError("No two texts are alike");
}

it("values and prefixes with the same hash are told from each other", () => {
  const [one, other] = twoAlike(hashOf);
  const texts = router<{ readonly text: string }>();
  const heard: string[] = [];
  texts.on({ field: "text", op: "eq", value: one }, () => heard.push("one"));
  expect([texts.publish({ text: other }), texts.publish({ text: one })]).toEqual([0, 1]);
  const stop = texts.on({ field: "text", op: "eq", value: other }, () => heard.push("other"));
  texts.on({ field: "text", op: "prefix", value: other }, () => heard.push("prefix"));
  expect([texts.publish({ text: `${one} and on` }), texts.publish({ text: `${other} and on` })]).toEqual([0, 1]);
  expect([texts.publish({ text: one }), texts.publish({ text: other })]).toEqual([1, 2]);
  stop();
  expect([texts.publish({ text: one }), texts.publish({ text: other })]).toEqual([1, 1]);
  expect(heard).toEqual(["one", "prefix", "one", "other", "prefix", "one", "prefix"]);
});

it("values with the same fingerprint are told from each other", () => {
  const [one, other] = twoAlike(printOf);
  const orders = router<{ readonly id: number; readonly text: string }>();
  const heard: string[] = [];
  const id = { field: "id", op: "eq", value: 1 } as const;
  orders.on({ and: [id, { field: "text", op: "eq", value: one }] }, () => heard.push("one"));
  orders.on({ and: [id, { field: "text", op: "ne", value: one }] }, () => heard.push("not one"));
  expect([orders.publish({ id: 1, text: one }), orders.publish({ id: 1, text: other })]).toEqual([1, 1]);
  expect(heard).toEqual(["one", "not one"]);
});
