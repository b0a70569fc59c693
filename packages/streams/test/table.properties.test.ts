import { anything, array, assert, boolean, constant, double, integer, oneof, property, record, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { pack, unpackList } from "../src/work/pack.ts";
import { fromTable, toTable } from "../src/work/table.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_128);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 500);

const label = oneof(string({ unit: "binary" }), boolean(), constant(null));
const fields = { 7: double(), name: label, "": label, __proto__x: integer(), value: double() };
const alike = record(fields, { noNullPrototype: true });

describe("packing", () => {
  test("objects of one shape come back as they were, fields in their order", () => {
    assert(
      property(array(alike, { minLength: 8, maxLength: 40 }), (values) => {
        expect(toTable(values)).toBeDefined();
        const came = unpackList(structuredClone(pack(values, true)));
        expect(came).toStrictEqual(values);
        expect(came.map((value) => Object.keys(value as object))).toEqual(values.map((value) => Object.keys(value)));
      }),
      { seed, numRuns },
    );
  });

  test("whatever is packed as a table, as numbers or as text is the same afterwards", () => {
    assert(
      property(array(oneof(anything({ withNullPrototype: true }), alike, double()), { maxLength: 20 }), (values) => {
        const packed = pack(values, true);
        if (!("list" in packed)) expect(unpackList(structuredClone(packed))).toStrictEqual(values);
      }),
      { seed, numRuns },
    );
  });

  test("what is no table is not made one", () => {
    const rows = (make: (row: number) => unknown): readonly unknown[] => Array.from({ length: 20 }, (_, row) => make(row));
    expect(toTable(rows((row) => ({ row, text: `${row}`, yes: true, none: null })))).toBeDefined();
    const others: Readonly<Record<string, (row: number) => unknown>> = {
      "another order": (row) => (row === 9 ? { b: 1, a: 2 } : { a: 1, b: 2 }),
      "a field more": (row) => (row === 9 ? { a: 1, b: 2 } : { a: 1 }),
      "a field less": (row) => (row === 9 ? { a: 1 } : { a: 1, b: 2 }),
      "a missing value": (row) => ({ a: row === 9 ? undefined : 1 }),
      "something else": (row) => ({ a: row === 9 ? "1" : 1 }),
      nested: () => ({ a: { b: 1 } }),
      "no object": (row) => (row === 9 ? 1 : { a: 1 }),
      lists: () => [1],
      "of a class": () =>
        new (class Point {
          readonly x = 1;
        })(),
      "without prototype": () => Object.assign(Object.create(null) as object, { a: 1 }),
      "with a symbol": () => ({ a: 1, [Symbol("b")]: 2 }),
      "a proxy": () => new Proxy({ a: 1 }, {}),
      "with a prototype field": () => JSON.parse('{"__proto__":1}') as unknown,
      "an accessor that throws": () => ({
        get a() {
          throw new RangeError("no");
        },
      }),
      empty: () => ({}),
    };
    for (const [what, make] of Object.entries(others)) expect([what, toTable(rows(make))]).toEqual([what, undefined]);
    expect(fromTable(toTable(rows((row) => ({ row }))) as never)).toEqual(rows((row) => ({ row })));
  });
});
