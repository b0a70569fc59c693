import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { createCodec, DecodeError, defaultCodec, EncodeError, OptionError } from "../src/index.ts";

const { encode, decode } = defaultCodec;
const carry = (value: unknown): unknown => decode(encode(value));
const format = (value: unknown): string => (encode(value)[0] === 0x20 ? "plain" : "tagged");

function refusal(value: unknown): EncodeError {
  try {
    encode(value);
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
  throw new Error("it was carried");
}

const withHole: unknown = Object.assign(new Array(3), { 0: 1, 2: 3 });
const view = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).subarray(1);
const bytesOf = (value: ArrayBufferView): number[] => Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));

describe("a value that JSON can say goes as JSON", () => {
  const family = "👩‍👩‍👧‍👦";
  it.each<[string, unknown]>([
    ["null", null],
    ["false", false],
    ["true", true],
    ["zero", 0],
    ["a fraction", 0.1],
    ["the largest number", Number.MAX_VALUE],
    ["the smallest number", Number.MIN_VALUE],
    ["an empty string", ""],
    ["an emoji of several", family],
    ["a lone surrogate", "a\ud800b"],
    ["a lone surrogate as a key", { "\udfff": 1 }],
    ["NUL and controls", "\u0000\u0001\u001f\u007f\u2028"],
    ["a byte order mark", "\ufeffa"],
    ["a frozen list of objects", Object.freeze([Object.freeze({ a: 1 }), Object.freeze({ b: [] })])],
    ["a field called toJSON", { toJSON: "text" }],
    ["a field called then", JSON.parse('{"then":"text"}')],
    ["fields called constructor and prototype", { constructor: { prototype: { polluted: true } }, prototype: 1 }],
    ["a field called $", { $: "date", v: 1 }],
    ["fields that are numbers", { 2: "b", 1: "a", z: 0 }],
  ])("%s", (_, value) => {
    expect(format(value)).toBe("plain");
    expect(isDeepStrictEqual(carry(value), value)).toBe(true); // vitest's own takes a field "constructor" for the class
    expect(isDeepStrictEqual(JSON.parse(Buffer.from(encode(value)).toString()), value)).toBe(true);
  });
});

describe("a value that JSON cannot say goes with tags, still as JSON", () => {
  const date = new Date(0);
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["a field that is undefined", { a: undefined, b: 1 }],
    ["an element that is undefined", [undefined, 1]],
    ["a hole", withHole],
    ["holes at the end", new Array(3)],
    ["NaN", Number.NaN],
    ["infinities", [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ["negative zero", { a: -0 }],
    ["a bigint", -(2n ** 64n)],
    ["a very long bigint", 7n ** 5000n],
    ["a very long negative bigint", -(7n ** 5000n)],
    ["a date", new Date(1_795_234_567_890)],
    ["an invalid date", new Date(Number.NaN)],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", 1],
        [{ k: 1 }, new Map([[Number.NaN, -0]])],
        [undefined, null],
      ]),
    ],
    ["a set", new Set<unknown>([1, "1", undefined, new Set()])],
    ["a regular expression", /a\/b\n[/]$/giu],
    ["a URL", new URL("https://ada@example.org:8080/p?q=1#h")],
    ["an object without prototype", Object.assign(Object.create(null), { a: 1, $: 2 })],
    ["a field $ beside a date", { $: "ref", v: 0, date }],
    ["the same date twice", [date, date]],
  ])("%s", (_, value) => {
    expect(format(value)).toBe("tagged");
    expect(carry(value)).toStrictEqual(value);
    expect(() => JSON.parse(Buffer.from(encode(value)).toString())).not.toThrow();
  });

  it("keeps a hole a hole", () => {
    const carried = carry(withHole) as unknown[];
    expect(Object.keys(carried)).toEqual(["0", "2"]);
    expect(carried.length).toBe(3);
  });

  it("keeps the sign of zero and the position of a regular expression", () => {
    expect(Object.is(carry(-0), -0)).toBe(true);
    const sticky = /a/y;
    sticky.lastIndex = 3;
    expect((carry(sticky) as RegExp).lastIndex).toBe(3);
  });

  it("keeps an object without prototype without one", () => {
    expect(Object.getPrototypeOf(carry(Object.create(null)))).toBe(null);
  });

  it.each([
    new Int8Array(view),
    new Uint8Array(view),
    new Uint8ClampedArray(view),
    new Int16Array(view.slice().buffer),
    new Uint16Array(view.slice().buffer),
    new Int32Array(view.slice().buffer),
    new Uint32Array(view.slice().buffer),
    new Float32Array([1.5, Number.NaN, -0]),
    new Float64Array([0.1, -0]),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new DataView(view.slice().buffer, 3, 5),
    Buffer.from("köln"),
    new Uint8Array(0),
  ])("carries a view with its class and bytes: %o", (binary) => {
    const carried = carry({ binary }) as { binary: typeof binary };
    expect(Object.getPrototypeOf(carried.binary)).toBe(Object.getPrototypeOf(binary));
    expect(bytesOf(carried.binary)).toEqual(bytesOf(binary));
  });

  it("takes a view's part of its buffer along and nothing else", () => {
    const carried = carry(view) as Uint8Array;
    expect(carried.buffer.byteLength).toBe(view.byteLength);
    expect(Array.from(carried)).toEqual(Array.from(view));
  });

  it("carries an ArrayBuffer", () => {
    const carried = carry(new Uint8Array([1, 2, 3]).buffer);
    expect(carried).toBeInstanceOf(ArrayBuffer);
    expect(Array.from(new Uint8Array(carried as ArrayBuffer))).toEqual([1, 2, 3]);
  });

  it("keeps what is the same object the same object", () => {
    const shared = { n: 1 };
    const carried = carry({ a: shared, b: [shared], c: new Map([[shared, shared]]) }) as { a: object; b: object[]; c: Map<object, object> };
    expect(carried.b[0]).toBe(carried.a);
    expect(carried.c.get(carried.a)).toBe(carried.a);
  });

  it("carries cycles through every kind of container", () => {
    const node: Record<string, unknown> = { list: [] };
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>([map]);
    const bare = Object.assign(Object.create(null) as object, { node });
    map.set(node, set);
    Object.assign(node, { node, map, set, bare, $: "itself" });
    (node["list"] as unknown[]).push(node["list"], node);
    const carried = carry(node) as {
      node: unknown;
      list: unknown[];
      map: Map<unknown, unknown>;
      set: Set<unknown>;
      bare: { node: unknown };
    };
    expect(carried.node).toBe(carried);
    expect(carried.map.get(carried)).toBe(carried.set);
    expect(carried.set.has(carried.map)).toBe(true);
    expect(carried.list[0]).toBe(carried.list);
    expect(carried.list[1]).toBe(carried);
    expect(carried.bare.node).toBe(carried);
  });
});

describe("a value that cannot be carried is refused with the path to it", () => {
  class Point {
    x = 1;
  }
  const hidden = Object.defineProperty({ a: 1 }, "secret", { value: 1, enumerable: false });
  const throwing = {
    get bad(): never {
      throw new TypeError("no");
    },
  };
  it.each<[string, unknown, string]>([
    ["a function", { a: { b: [1, () => 1] } }, "a.b[1]"],
    ["a function at the root", () => 1, ""],
    ["a symbol", { a: [Symbol("s")] }, "a[0]"],
    ["a symbol as key", { a: { [Symbol("s")]: 1 } }, "a[Symbol(s)]"],
    ["a class instance", { "odd key": { p: new Point() } }, '["odd key"].p'],
    ["an error", { error: new TypeError("x") }, "error"],
    ["a promise", [Promise.resolve()], "[0]"],
    ["a WeakMap", { weak: new WeakMap() }, "weak"],
    ["a getter that answers in two ways", { ok: 1, get at() { return {}; } }, "at"], // prettier-ignore
    ["the same beside a date", { date: new Date(0), get at() { return {}; } }, "at"], // prettier-ignore
    ["a throwing getter", { deep: [throwing] }, "deep[0].bad"],
    ["a setter", { set at(_value: number) {} }, "at"], // prettier-ignore
    ["a getter in a list that answers in two ways", Object.defineProperty([1, 2], 1, { get: () => ({}), enumerable: true }), "[1]"],
    ["a throwing getter in a list", Object.defineProperty([1, 2], 1, { get() { throw new Error("no"); } }), "[1]"], // prettier-ignore
    ["a field that is not enumerable", { hidden }, "hidden.secret"],
    ["toJSON", { date: { toJSON: () => "other" } }, "date.toJSON"],
    ["a list with a field", { list: Object.assign([1], { extra: 1 }) }, "list.extra"],
    [
      "a long list with a field",
      Object.assign(
        Array.from({ length: 100 }, () => 1),
        { extra: 1 },
      ),
      "extra",
    ],
    ["a list of template strings", ((strings: TemplateStringsArray) => strings)`a`, "raw"],
    ["a list of a subclass", { list: new (class Numbers extends Array<number> {})() }, "list"],
    ["a date with a field", { at: Object.assign(new Date(0), { extra: 1 }) }, "at.extra"],
    ["a map with a field", { at: Object.assign(new Map(), { extra: 1 }) }, "at.extra"],
    ["a typed array with a field", { at: Object.assign(new Uint8Array(2), { extra: 1 }) }, "at.extra"],
    ["a subclass of Date", { at: new (class Day extends Date {})() }, "at"],
    ["an object that only says it is a Date", { at: Object.create(Date.prototype) as unknown }, "at"],
    ["an object that only says it is a Map", { at: Object.create(Map.prototype) as unknown }, "at"],
    ["a boxed number", { n: Object(1) as unknown }, "n"],
    ["shared memory", { memory: new Uint8Array(new SharedArrayBuffer(4)) }, "memory"],
    ["resizable memory", { memory: new ArrayBuffer(4, { maxByteLength: 8 }) }, "memory"],
    ["a Proxy", { proxy: new Proxy({ a: 1 }, {}) }, "proxy"],
    ["a revoked Proxy", { proxy: revoked() }, "proxy"],
    ["a value in a map", { map: new Map([["k", () => 1]]) }, 'map.get("k")'],
    ["a key of a map", new Map([[() => 1, 1]]), "get(a function)"],
    ["a member of a set", new Set([1, () => 1]), "member(1)"],
    ["a field __proto__", { a: JSON.parse('{"__proto__":{"polluted":true}}') as unknown }, "a.__proto__"],
  ])("%s", (_, value, path) => {
    const error = refusal(value);
    expect(error).toMatchObject({ code: "ERR_ENCODE", retry: "never", path });
    expect(error.message).toContain(path === "" ? "the root" : path);
  });

  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }

  it("a value that is too deep, with the two ends of its path", () => {
    const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => Array.from({ length: depth }).reduce(wrap, 1);
    for (const wrap of [
      (inner: unknown) => [inner],
      (inner: unknown) => ({ a: inner }),
      (inner: unknown) => new Map([["a", inner]]),
      (inner: unknown) => new Set([inner]),
    ]) {
      expect(refusal(nest(100_000, wrap)).message).toContain("nested deeper than 1024 levels");
      expect(refusal(nest(100_000, wrap)).path.length).toBeLessThan(1_000);
      const deep = nest(1_024, wrap);
      expect(encode(carry(deep))).toEqual(encode(deep)); // comparing the values would take more stack than they do
      expect(() => encode(nest(1_025, wrap))).toThrow(EncodeError);
    }
  });

  it("a value over the limit of bytes", () => {
    const error = refusal({ files: [{ body: "x".repeat(100 * 1024 * 1024) }] });
    expect(error.path).toBe("files[0].body");
    expect(error.message).toContain("limit of 67108864 bytes");
    expect(refusal(new Array(4_000_000_000)).message).toContain("limit");
    expect(refusal({ memory: new Uint8Array(64 * 1024 * 1024) }).path).toBe("memory");
  });

  it("a value that grows over the limit when it is written", () => {
    const small = createCodec({ maxBytes: 64 });
    expect(small.encode("x".repeat(61)).byteLength).toBe(64);
    expect(() => small.encode("x".repeat(62))).toThrow(EncodeError);
    expect(() => small.encode("ö".repeat(40))).toThrow(EncodeError);
    expect(() => small.encode("\u0001".repeat(20))).toThrow(EncodeError);
  });

  it("everything, when somebody gave every list a toJSON", () => {
    const prototype = Array.prototype as { toJSON?: unknown };
    let calls = 0;
    prototype.toJSON = () => ++calls;
    try {
      expect(() => encode({ a: [1] })).toThrow(EncodeError);
      expect(calls).toBe(0);
    } finally {
      delete prototype.toJSON;
    }
  });
});

describe("an accessor", () => {
  it("that answers the same twice is carried as what it answers", () => {
    const total = { a: 1, get total() { return this.a + 1; } }; // prettier-ignore
    for (const date of [[], [new Date(0)]]) expect(carry([total, ...date])).toStrictEqual([{ a: 1, total: 2 }, ...date]);
  });

  it("that encodes something itself disturbs nothing", () => {
    const shared = {};
    const value = { first: shared, get nested() { return encode([[1], { a: 1 }]).length; }, again: shared }; // prettier-ignore
    const carried = carry(value) as typeof value;
    expect(carried.nested).toBe('\n[[1],{"a":1}]'.length);
    expect(carried.again).toBe(carried.first);
  });

  it("or field that every object inherits is not taken for a field", () => {
    const everyone: { everywhere?: number } = Object.prototype;
    everyone.everywhere = 1;
    let bytes: Uint8Array;
    try {
      bytes = encode({ a: [{}], at: new Date(0) });
    } finally {
      delete everyone.everywhere;
    }
    expect(decode(bytes)).toStrictEqual({ a: [{}], at: new Date(0) });
  });
});

describe("limits", () => {
  it("carries a string of 10 MiB and a depth of 1,000", () => {
    const long = "aö".repeat(3_500_000);
    expect(carry(long)).toBe(long);
    let deep: unknown = { at: new Date(0) };
    for (let depth = 0; depth < 1_000; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
    expect(carry(deep)).toStrictEqual(deep);
  });

  it.each([{ maxBytes: 0 }, { maxBytes: 1.5 }, { maxDepth: 0 }, { maxDepth: 1_025 }, { maxDepth: Number.NaN }])(
    "refuses limits out of range: %o",
    (limits) => {
      expect(() => createCodec(limits)).toThrow(OptionError);
    },
  );

  it("returns bytes of a wide string as long as they are", () => {
    expect(Buffer.from(encode("ö€😀")).toString()).toBe(' "ö€😀"');
  });
});

describe("decode takes bytes from anyone", () => {
  const body = (text: string): Uint8Array => Buffer.from(text);
  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["a mark alone", body(" ")],
    ["no mark", body("{}")],
    ["an unknown mark", body("\r{}")],
    ["half of JSON", body(' {"a":')],
    ["invalid UTF-8", Buffer.concat([body(' "'), Buffer.from([0xc3, 0x28]), body('"')])],
    ["a field __proto__", body(' [{"a":{"__proto__":{"polluted":true}}}]')],
    ["a field __proto__ in disguise", body(' {"\\u005f_proto__":{"polluted":true}}')],
    ["a field __proto__ in a tag", body('\n{"$":"object","v":{"__proto__":{"polluted":true}}}')],
    ["a depth of 100,000", body(` ${"[".repeat(100_000)}${"]".repeat(100_000)}`)],
    ["a depth of 100,000 that never closes", body(` ${'{"a":'.repeat(100_000)}`)],
    ["tags to a depth of 2,000", body(`\n${'{"$":"set","v":['.repeat(2_000)}${"]}".repeat(2_000)}`)],
    ["an unknown tag", body('\n{"$":"function","v":"alert(1)"}')],
    ["a tag that is no name", body('\n{"$":1}')],
    ["a tag of a method's name", body('\n{"$":"constructor","v":"AA=="}')],
    ["a tag with a further field", body('\n{"$":"undefined","x":1}')],
    ["a hole outside a list", body('\n{"a":{"$":"hole"}}')],
    ["a reference to nothing", body('\n[{"$":"ref","v":7}]')],
    ["a reference to before", body('\n[{"$":"ref","v":-1}]')],
    ["a reference to a method", body('\n[{"$":"ref","v":"push"}]')],
    ["a number that is none", body('\n{"$":"number","v":"toString"}')],
    ["a bigint that is none", body('\n{"$":"bigint","v":"1e9"}')],
    ["a bigint that takes long to read", body(`\n{"$":"bigint","v":"${"9".repeat(1_000_000)}"}`)],
    ["a date that is none", body('\n{"$":"date","v":"today"}')],
    ["a URL that is none", body('\n{"$":"url","v":"nowhere"}')],
    ["a URL that is written otherwise", body('\n{"$":"url","v":"HTTP://EXAMPLE.org"}')],
    ["a regular expression that is none", body('\n{"$":"regexp","v":["(","",0]}')],
    ["a map of singles", body('\n{"$":"map","v":[[1]]}')],
    ["a set of text", body('\n{"$":"set","v":"abc"}')],
    ["base64 that is none", body('\n{"$":"Uint8Array","v":"A*=="}')],
    ["half a number", body('\n{"$":"Float64Array","v":"AAAA"}')],
    ["an object that is a list", body('\n{"$":"null","v":[]}')],
  ])("%s is a DecodeError", (_, bytes) => {
    expect(() => decode(bytes)).toThrow(DecodeError);
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
  });

  it("brackets and quotes inside strings are not depth", () => {
    const text = `${"[{".repeat(5_000)}"\\"${"\\".repeat(5)}`;
    expect(carry([text, new Date(0)])).toStrictEqual([text, new Date(0)]);
    expect(carry([text])).toStrictEqual([text]);
  });

  it("more brackets than the depth allows are fine side by side", () => {
    const wide = Array.from({ length: 5_000 }, (_, index) => [{ index }]);
    expect(carry(wide)).toStrictEqual(wide);
  });

  it("a body over the limit is refused before it is read", () => {
    expect(() => createCodec({ maxBytes: 4 }).decode(Buffer.from(' "abcd"'))).toThrow("over the limit of 4");
  });

  it("its messages quote nothing of the body", () => {
    try {
      decode(body(' {"password":"hunter2",}'));
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain("hunter2");
    }
  });

  it("fields that merely speak of __proto__ pass", () => {
    const value = { text: "__proto__ and \u0001", a__proto__: 1 };
    expect(carry(value)).toStrictEqual(value);
  });
});
