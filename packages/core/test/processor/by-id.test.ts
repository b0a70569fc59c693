import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ById } from "../../src/processor/by-id.ts";
import { idSource, lastDigits } from "../../src/processor/ids.ts";
import { systemEnvironment } from "../../src/environment.ts";

describe("items by id", () => {
  it("behaves as a map does, whatever the ids", () => {
    const nextId = idSource(systemEnvironment);
    const made = Array.from({ length: 5_000 }, nextId);
    const id = fc.oneof(
      fc.constantFrom(...made),
      fc.string(),
      fc.nat({ max: 50 }).map((n) => `job-${n}-0000`),
    );
    const step = fc.record({ kind: fc.constantFrom("add", "add", "delete", "get"), id });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4_000, size: "max" }), (steps) => {
        const model = new Map<string, number>();
        const items = new ById<number>();
        steps.forEach(({ kind, id }, place) => {
          if (kind === "delete") {
            model.delete(id);
            items.delete(id);
          } else if (kind === "add" && !model.has(id)) {
            model.set(id, place);
            items.add(id, place);
          }
          expect(items.get(id)).toBe(model.get(id));
          expect(items.size).toBe(model.size);
        });
        expect(contentOf(items)).toEqual(model);
      }),
      { numRuns: 20 },
    );
  });

  it("holds 300,000 at once, and gives all of them back in any order", () => {
    const nextId = idSource(systemEnvironment);
    const items = new ById<string>();
    const ids = Array.from({ length: 300_000 }, nextId);
    for (const id of ids) items.add(id, id);
    expect(items.size).toBe(ids.length);
    const wrong = ids.reverse().filter((id) => {
      const found = items.get(id);
      items.delete(id);
      return found !== id || items.get(id) !== undefined;
    });
    expect(wrong).toEqual([]);
    expect(items.size).toBe(0);
  });

  it("may lose what is visited", () => {
    const nextId = idSource(systemEnvironment);
    const items = new ById<number>();
    for (let n = 0; n < 100; n++) items.add(nextId(), n);
    for (const id of ["a", "b", "other-0001", "another-0001"]) items.add(id, -1);
    items.each((id) => items.delete(id));
    expect(items.size).toBe(0);
    expect(contentOf(items).size).toBe(0);
  });
});

it("the last digits of ids count up by one, across what changes rarely", () => {
  const nextId = idSource(systemEnvironment);
  let before = lastDigits(nextId());
  for (let count = 1; count < 5_000; count++) {
    const digits = lastDigits(nextId());
    expect(digits).toBe(before + 1);
    before = digits;
  }
});

function contentOf<Item>(items: ById<Item>): Map<string, Item> {
  const content = new Map<string, Item>();
  items.each((id, item) => content.set(id, item));
  return content;
}
