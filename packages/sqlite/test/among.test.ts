import { DatabaseSync } from "node:sqlite";
import { assert as assertAll, integer, oneof, property, tuple, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { among } from "../src/among.ts";

test("a condition holds for the numbers it was made of, and for no others", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("create table numbers (n integer primary key)");
  db.exec("insert into numbers select value from json_each('[" + Array.from({ length: 40 }, (_, n) => n).join(",") + "]')");
  const numbers = oneof(
    uniqueArray(integer({ min: 0, max: 39 }), { minLength: 1 }),
    tuple(integer({ min: 0, max: 30 }), integer({ min: 1, max: 9 })).map(([from, count]) =>
      Array.from({ length: count }, (_, n) => from + n).reverse(),
    ),
  );
  assertAll(
    property(numbers, (wanted) => {
      const { where, values } = among("n", wanted);
      const found = db.prepare(`select n from numbers where ${where}`).all(...values) as unknown as readonly { readonly n: number }[];
      expect(found.map(({ n }) => n)).toEqual([...wanted].sort((one, other) => one - other));
    }),
  );
  db.close();
});
