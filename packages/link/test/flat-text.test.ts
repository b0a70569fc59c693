import { isJsonPlain } from "@job-orch/core/substrate";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatText } from "../src/wire/flat-text.ts";

const field = fc.oneof(
  fc.string({ unit: "binary", maxLength: 140 }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, "\ud800", '"', "\\", "\u2028", {}, [], 1n, Symbol("x")),
);
const name = fc.oneof(fc.string({ unit: "binary", maxLength: 140 }), fc.constantFrom("__proto__", "toJSON", "0", "constructor"));

describe("the text of a small object", () => {
  it("is its JSON, and only of what JSON gives back as it was", () => {
    const anything = fc.oneof(fc.dictionary(name, field, { maxKeys: 20, noNullPrototype: true }), fc.object(), fc.array(field));
    fc.assert(
      fc.property(anything, (value) => {
        const text = flatText(value);
        if (text === undefined) return;
        expect(text).toBe(JSON.stringify(value));
        expect(isJsonPlain(value, 1_024, 1e6)).toBe(true);
        expect(JSON.parse(text)).toEqual(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it("is found for what most requests are", () => {
    for (const value of [{}, { i: 1 }, { id: "a", at: 1.5e300, read: true, by: null }, { 2: "b", 1: "ü 😀" }]) {
      expect(flatText(value)).toBe(JSON.stringify(value));
    }
  });

  class Point {
    readonly x = 1;
  }
  it.each<[string, object]>([
    ["an instance", new Point()],
    ["an object without prototype", Object.assign(Object.create(null) as object, { i: 1 })],
    ["a list", [1]],
    ["a Proxy", new Proxy({ i: 1 }, {})],
    ["a hidden field", Object.defineProperty({ i: 1 }, "hidden", { value: 2 })],
    ["a symbol", { i: 1, [Symbol("s")]: 2 }],
    [
      "an accessor that counts",
      {
        get i() {
          return ++reads;
        },
      },
    ],
    ["its own __proto__", JSON.parse('{ "__proto__": 1 }') as object],
    ["what JSON would call", { toJSON: () => 1 }],
    ["half of a pair", { text: "\ud83d" }],
    ["a zero below zero", { i: -0 }],
    ["what is no number", { i: Number.NaN }],
    ["a missing value", { i: undefined }],
    ["more fields than a small one has", Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, i]))],
  ])("is left to others for %s", (_, value) => {
    expect(flatText(value)).toBeUndefined();
  });

  it("is left to others while every object has a field that is not its own", () => {
    const all = Object.prototype as { everywhere?: number };
    all.everywhere = 1;
    try {
      expect(flatText({ i: 1 })).toBeUndefined();
    } finally {
      delete all.everywhere;
    }
  });
});

let reads = 0;
