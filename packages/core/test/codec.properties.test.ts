import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, defaultCodec, EncodeError } from "../src/index.ts";

const { encode, decode } = defaultCodec;

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("$", "v", "constructor", "toJSON", "\ud83d", "\u0000"));
const leaf = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.webUrl().map((url) => new URL(url)),
  fc.constantFrom(/a/g, /[\]/]/u),
);
const carriable = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("value")),
    fc.sparseArray(tie("value"), { maxNumElements: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
    ),
    fc
      .uniqueArray(fc.tuple(tie("value"), tie("value")), { selector: ([key]) => key, comparator: "SameValueZero" })
      .map((pairs) => new Map(pairs)),
    fc.array(tie("value")).map((members) => new Set(members)),
    tie("value").map((shared) => [shared, { shared }]),
  ),
})).value;

function expectToComeBack(value: unknown, bytes: Uint8Array): void {
  const back = decode(bytes);
  if (isDeepStrictEqual(back, value)) return;
  // To Node 22 no invalid date equals another one; what they are written as says enough.
  const text = Buffer.from(bytes).toString();
  expect(text).toContain('{"$":"date","v":null}');
  expect(Buffer.from(encode(back)).toString()).toBe(text);
}

describe("the codec", () => {
  it("gives back what it was given, or refuses it", () => {
    fc.assert(
      fc.property(carriable, (value) => {
        expectToComeBack(value, encode(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it("writes the same bytes for what it read", () => {
    fc.assert(
      fc.property(carriable, (value) => {
        const bytes = encode(value);
        expect(Buffer.from(encode(decode(bytes))).toString()).toBe(Buffer.from(bytes).toString());
      }),
    );
  });

  it("gives back anything at all, or refuses it", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        let bytes: Uint8Array;
        try {
          bytes = encode(value);
        } catch (error) {
          expect(error).toBeInstanceOf(EncodeError);
          return;
        }
        expectToComeBack(value, bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it("never throws anything but a DecodeError, whatever the bytes, and changes no prototype", () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:$v\\_u0'))),
    });
    fc.assert(
      fc.property(carriable, fc.array(edit, { minLength: 1, maxLength: 8 }), fc.boolean(), (value, edits, cut) => {
        const bytes = Buffer.from(encode(value));
        for (const { at, byte } of edits) bytes[Math.floor(at * (bytes.length - 1))] = byte;
        try {
          decode(cut ? bytes.subarray(0, Math.floor((edits[0]?.at ?? 1) * bytes.length)) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Reflect.ownKeys(Object.prototype).length).toBe(before);
  });

  it("never throws anything but a DecodeError on JSON of any shape behind either mark", () => {
    const key = fc.constantFrom("$", "v", "a", "__proto__", "constructor");
    const word = fc.constantFrom("map", "set", "ref", "null", "object", "date", "regexp", "Uint8Array", "hole", "bigint", "toString");
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.integer({ min: -1, max: 5 }),
        fc.constant(null),
        fc.array(tie("value")),
        fc.array(fc.tuple(key, tie("value"))),
      ),
    })).value;
    const write = (value: unknown): string => {
      if (!Array.isArray(value)) return JSON.stringify(value);
      const isObject = value.length > 0 && value.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string");
      if (!isObject) return `[${value.map(write).join()}]`;
      return `{${value.map(([name, inner]: [string, unknown]) => `${JSON.stringify(name)}:${write(inner)}`).join()}}`;
    };
    fc.assert(
      fc.property(json, fc.constantFrom(" ", "\n"), (value, mark) => {
        try {
          const decoded = decode(Buffer.from(mark + write(value)));
          expect(() => encode(decoded)).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
