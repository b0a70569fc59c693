import { types } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttemptTimeoutError, defaultCodec, JobError, RemoteError, SendError, ValidationError, type WireError } from "../src/index.ts";
import { fromWireError, toWireError } from "../src/errors/wire-error-codec.ts";

class NotAnImage extends TypeError {
  readonly url: string;
  readonly #secret = "kept at home";

  constructor(url: string, options?: ErrorOptions) {
    super(`${url} is not an image`, options);
    this.url = url;
  }

  get shout(): string {
    return this.message.toUpperCase();
  }

  get secret(): string {
    return this.#secret;
  }
}

class Named extends Error {
  override readonly name = "NamedOtherwise";
  static override [Symbol.hasInstance](): never {
    throw new Error("not even this");
  }
}

/** Over a real wire and back. */
const cross = (thrown: unknown, ...registry: Parameters<typeof fromWireError>[1] & object): Error => {
  const wire = defaultCodec.decode(defaultCodec.encode(toWireError(thrown))) as WireError;
  return fromWireError(wire, registry);
};
const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe("an error that crosses", () => {
  it("is an instance of its class, with its fields, when the class is registered", () => {
    const error = cross(new NotAnImage("cat.txt", { cause: new RangeError("too short") }), NotAnImage) as NotAnImage;
    expect(error).toBeInstanceOf(NotAnImage);
    expect(error).toBeInstanceOf(TypeError);
    expect(types.isNativeError(error)).toBe(true);
    expect(error.name).toBe("NotAnImage");
    expect(error.url).toBe("cat.txt");
    expect(error.shout).toBe("CAT.TXT IS NOT AN IMAGE");
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.cause).toMatchObject({ message: "too short" });
    expect(() => error.secret).toThrow(TypeError); // its constructor did not run here
  });

  it("is a RemoteError that says its name and code, when nobody knows its class", () => {
    const error = cross(Object.assign(new NotAnImage("cat.txt"), { code: "E_IMAGE", retry: "never" }));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      name: "RemoteError", remoteName: "NotAnImage", remoteCode: "E_IMAGE", code: "ERR_PROCESS", retry: "never", message: "cat.txt is not an image", url: "cat.txt",
    }); // prettier-ignore
    expect(JobError.is(error)).toBe(true);
  });

  it("keeps its first name over a second wire, so that the last caller can still rebuild it", () => {
    const error = cross(cross(new NotAnImage("cat.txt")), NotAnImage) as NotAnImage;
    expect(error).toBeInstanceOf(NotAnImage);
    expect(error.stack?.match(/frames above/g)).toHaveLength(1);
  });

  it("keeps the remote stack, with a mark", () => {
    const thrown = new NotAnImage("cat.txt");
    expect(cross(thrown).stack).toBe(`${thrown.stack}\n    --- the frames above are of the process that ran the job ---`);
    expect(fromWireError(toWireError(thrown, { stack: false })).stack).not.toContain("wire-error.test");
  });

  it("is ours again when it was one of ours", () => {
    const timeout = cross(new AttemptTimeoutError("too slow"));
    expect(timeout).toBeInstanceOf(AttemptTimeoutError);
    expect(timeout).toMatchObject({ name: "AttemptTimeoutError", code: "ERR_ATTEMPT_TIMEOUT", retry: "later", message: "too slow" });
    expect(JobError.is(timeout)).toBe(true);
    const invalid = cross(new ValidationError("The request", [{ path: "a.b[0]", message: "is none" }]));
    expect(invalid).toMatchObject({ code: "ERR_VALIDATION", issues: [{ path: "a.b[0]", message: "is none" }] });
    expect(cross(new SendError("jobs", { retry: "unknown", accepted: 3 }))).toMatchObject({ retry: "unknown", accepted: 3 });
  });

  it.each([EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, Error])(
    "is of the language's own class: %o",
    (errorClass) => {
      const error = cross(new errorClass("m"));
      expect(Object.getPrototypeOf(error)).toBe(errorClass.prototype);
      expect(error.message).toBe("m");
    },
  );

  it("brings the members of an AggregateError", () => {
    const error = cross(new AggregateError([new TypeError("a"), new NotAnImage("b")], "both"), NotAnImage) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors[0]).toBeInstanceOf(TypeError);
    expect(error.errors[1]).toBeInstanceOf(NotAnImage);
    expect((cross(new AggregateError([])) as AggregateError).errors).toEqual([]);
  });

  it("brings fields that the codec can carry as they are, and leaves the others behind", () => {
    const thrown = Object.assign(new Error("m"), {
      code: 404, at: new Date(0), ids: new Set([1n]), errors: ["not members"], run: () => 1, socket: new WeakMap(), nothing: undefined, toString: "hi", big: "x".repeat(100_000),
    }); // prettier-ignore
    const error = cross(thrown);
    expect(error).toMatchObject({ code: 404, at: new Date(0), ids: new Set([1n]), errors: ["not members"] });
    expect(Object.keys(error).sort()).toEqual(["at", "code", "errors", "ids"]);
    expect(String(error)).toBe("Error: m");
  });

  it("does not show what the thrower changed afterwards", () => {
    const list = [1];
    const wire = toWireError(Object.assign(new Error("m"), { list }));
    list.push(2);
    expect(wire.data).toEqual({ list: [1] });
  });

  it("is found by the name that its class sets", () => {
    expect(toWireError(new Named("m")).name).toBe("NamedOtherwise");
    const ByPrototype = class extends Error {};
    ByPrototype.prototype.name = "Custom";
    expect(cross(new ByPrototype("m"), ByPrototype)).toBeInstanceOf(ByPrototype);
  });

  it("prefers the job's class to the language's of the same name", () => {
    const own = { TypeError: class extends Error {} }.TypeError;
    expect(cross(new TypeError("m"), own)).toBeInstanceOf(own);
  });
});

describe("toWireError never throws and is bounded", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = new Proxy(new Error("m"), {
    get: () => {
      throw new Error("get");
    },
    ownKeys: () => {
      throw new Error("ownKeys");
    },
  });
  const getters = Object.defineProperties(new Error("m"), {
    name: { get: () => { throw new Error("name"); } },
    message: { get: () => { throw new Error("message"); } },
    stack: { get: () => { throw new Error("stack"); } },
    cause: { get: () => { throw new Error("cause"); } },
    field: { enumerable: true, get: () => { throw new Error("field"); } },
  }); // prettier-ignore
  it.each<[string, unknown, Partial<WireError>]>([
    ["undefined", undefined, { name: "NonError", message: "threw undefined, which is not an Error" }],
    ["null", null, { name: "NonError", message: "threw null, which is not an Error" }],
    ["zero", 0, { message: "threw number 0, which is not an Error" }],
    ["a string", "no", { message: "threw string no, which is not an Error" }],
    ["a symbol", Symbol("s"), { message: "threw symbol Symbol(s), which is not an Error" }],
    ["an object", { status: 404 }, { message: 'threw object {"status":404}, which is not an Error' }],
    ["an object without prototype", Object.create(null), { name: "NonError" }],
    ["a function", () => 1, { name: "NonError" }],
    ["a frozen error", Object.freeze(new RangeError("ice")), { name: "RangeError", message: "ice" }],
    ["an error without a message", new Error(), { name: "Error", message: "" }],
    ["an error like one", { name: "E", message: "m" }, { name: "E", message: "m" }],
    ["an error of texts that are none", Object.assign(new Error(), { message: 7, stack: {} }), { message: "" }],
    ["a revoked Proxy", revoked.proxy, { name: "NonError" }],
    ["a Proxy that throws", hostile, {}],
    ["getters that throw", getters, { message: "" }],
    ["a DOMException", new DOMException("aborted", "AbortError"), { name: "AbortError", message: "aborted" }],
  ])("%s", (_, thrown, expected) => {
    const wire = toWireError(thrown);
    expect(wire).toMatchObject(expected);
    expect(fromWireError(wire)).toBeInstanceOf(Error);
    expect(defaultCodec.decode(defaultCodec.encode(wire))).toStrictEqual(wire);
  });

  it("cuts cycles of causes", () => {
    const a = new Error("a");
    const b = new Error("b", { cause: a });
    a.cause = b;
    expect(toWireError(a)).toMatchObject({ message: "a", cause: { message: "b" } });
    expect(toWireError(a).cause?.cause).toBe(undefined);
    const self = new AggregateError([]);
    self.errors.push(self, new Error("x"));
    expect(toWireError(self).errors).toHaveLength(1);
  });

  it("goes eight levels deep", () => {
    const deep = Array.from({ length: 100_000 }).reduce<Error>((cause, _, index) => new Error(String(index), { cause }), new Error("root"));
    let levels = 0;
    for (let wire: WireError | undefined = toWireError(deep); wire !== undefined; wire = wire.cause) levels++;
    expect(levels).toBe(8);
  });

  it("stays under 64 KiB, and 16 KiB of stack, whatever it is given", () => {
    const wide = (depth: number): Error => {
      const error =
        depth === 0
          ? new Error("\u0001".repeat(50_000))
          : new AggregateError(
              Array.from({ length: 20 }, () => wide(depth - 1)),
              "😀".repeat(50_000),
            );
      error.stack = "\n€".repeat(1_000_000);
      return Object.assign(error, Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field${index}`, "x".repeat(2_000)])));
    };
    const wire = toWireError(wide(3));
    expect(jsonBytes(wire)).toBeLessThanOrEqual(64 * 1024);
    expect(jsonBytes(wire.stack)).toBeLessThanOrEqual(16 * 1024 + 2);
    expect(wire.message.endsWith("…")).toBe(true);
  });

  it("takes anything at all", () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withObjectString: true }),
        fc.anything(),
        fc.dictionary(fc.string(), fc.anything()),
        (thrown, cause, fields) => {
          for (const given of [thrown, Object.assign(new Error("m", { cause }), fields)]) {
            const wire = toWireError(given);
            expect(fromWireError(defaultCodec.decode(defaultCodec.encode(wire)) as WireError)).toBeInstanceOf(Error);
          }
        },
      ),
    );
  });
});

describe("fromWireError takes what a stranger wrote", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a number", 5],
    ["no fields", {}],
    ["fields of other kinds", { name: 1, message: {}, stack: [], code: {}, retry: "soon", data: [1], cause: "x", errors: {} }],
    ["null members", { name: "AggregateError", message: "", errors: [null, 1] }],
  ])("%s", (_, wire) => {
    expect(fromWireError(wire as WireError)).toBeInstanceOf(Error);
  });

  it("takes no field that would change how an error behaves, nor a prototype", () => {
    const data = JSON.parse('{"__proto__":{"x":1},"constructor":1,"toString":1,"stack":1,"prototype":1,"fine":1}') as Record<
      string,
      unknown
    >;
    const error = fromWireError({ name: "TypeError", message: "m", data });
    expect(Object.keys(error)).toEqual(["fine"]);
    expect(Object.getPrototypeOf(error)).toBe(TypeError.prototype);
    expect(String(error)).toBe("TypeError: m");
  });

  it("goes eight levels deep", () => {
    const deep = Array.from({ length: 5_000 }).reduce<WireError>((cause) => ({ name: "Error", message: "", cause }), {
      name: "Error",
      message: "",
    });
    let levels = 0;
    for (let error: unknown = fromWireError(deep); error instanceof Error; error = error.cause) levels++;
    expect(levels).toBe(8);
  });
});
