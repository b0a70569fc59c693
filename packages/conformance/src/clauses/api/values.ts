import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";
import { failureOf, host } from "./host.ts";

/** What must cross unchanged, by what it is. */
function carried(): Readonly<Record<string, unknown>> {
  const node: { name: string; self?: unknown } = { name: "cycle" };
  node.self = node;
  const twice = { shared: true };
  return {
    json: { text: "a", list: [1, [2, { deep: null }]], yes: true },
    "undefined in a field": { gone: undefined },
    "not a number": [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
    bigint: 2n ** 80n,
    date: new Date(1_700_000_000_000),
    map: new Map<unknown, unknown>([
      ["k", new Set([1, "1"])],
      [{ an: "object" }, undefined],
    ]),
    bytes: Uint8Array.from({ length: 256 }, (_, index) => index),
    "typed arrays": [new Float64Array([1.5, -0, Number.NaN]), new BigInt64Array([-1n]), new Uint16Array([65_535])],
    buffer: new Uint8Array([1, 2, 3]).buffer,
    "regular expression": /a+/giu,
    url: new URL("https://example.org/?q=1"),
    cycle: node,
    "the same object twice": [twice, twice],
    "strings that are hard": ["", "\u0000", "👩‍🚀", "\ud800 alone", "\u2028"],
    "a long string": "é".repeat(100_000),
  };
}

class Custom {
  readonly value = 1;
}

export const values: readonly Clause[] = [
  clause("API-VAL-01", "a value crosses unchanged, there and back", [], async (bench) => {
    const hosted = host(bench);
    for (const [what, value] of Object.entries(carried())) {
      deepStrictEqual(await bench.within(hosted.call(value), "a call is answered"), value, `${what}: it was altered`);
    }
    const invalid = await bench.within(hosted.call(new Date(Number.NaN)), "a call is answered");
    // Node 22 finds no two of them equal.
    ok(invalid instanceof Date && Number.isNaN(invalid.getTime()), "an invalid date was altered");
  }),

  clause("API-VAL-02", "what cannot be carried is refused at send with the path to it", ["bytes"], async (bench) => {
    const hosted = host(bench);
    for (const value of [() => {}, Symbol("s"), new Custom(), Promise.resolve(), new WeakMap()]) {
      const error = await failureOf(bench, hosted.call({ list: [{ it: value }] }));
      strictEqual(error.code, "ERR_ENCODE", `${String(Object.prototype.toString.call(value))} was not refused (${String(error)})`);
      match(String((error as { readonly path?: unknown }).path), /list.*0.*it/, "the refusal does not say where");
    }
  }),

  clause("API-VAL-03", "keys that reach for prototypes are data or refused, and change nothing", [], async (bench) => {
    const hosted = host(bench);
    const before = Object.getOwnPropertyNames(Object.prototype).length;
    for (const text of ['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"a":{"__proto__":null}}']) {
      const value: unknown = JSON.parse(text);
      try {
        deepStrictEqual(JSON.stringify(await bench.within(hosted.call(value), "a call is answered")), text, "it was altered");
      } catch (error) {
        strictEqual((error as { readonly code?: unknown }).code, "ERR_ENCODE", String(error));
      }
      const polluted = Object.getOwnPropertyNames(Object.prototype).length !== before || "polluted" in {};
      delete (Object.prototype as { polluted?: unknown }).polluted;
      ok(!polluted, `${text} changed the prototype of everything`);
    }
  }),

  clause("API-VAL-04", "undefined, null, false, 0 and the empty string are requests and responses like any other", [], async (bench) => {
    const hosted = host(bench);
    for (const value of [undefined, null, false, 0, ""]) strictEqual(await bench.within(hosted.call(value), "a call is answered"), value);
  }),

  clause("API-VAL-05", "what is changed after send() was called is not seen by the job", ["bytes"], async (bench) => {
    const hosted = host(bench);
    const request = { count: 1 };
    const calling = hosted.call(request);
    request.count = 2;
    deepStrictEqual(await bench.within(calling, "a call is answered"), { count: 1 });
  }),
];
