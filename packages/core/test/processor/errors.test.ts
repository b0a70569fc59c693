import { describe, expect, it } from "vitest";
import { JobError, processor, ProcessError } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

class QuotaError extends Error {
  override readonly name = "QuotaError";
  readonly limit: number;

  constructor(message: string, limit: number) {
    super(message);
    this.limit = limit;
  }
}

class ThrottledError extends JobError {
  override readonly name = "ThrottledError";
  readonly code = "ERR_THROTTLED";
  readonly retry = "later";
}

describe.each(wires)("errors on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  const failing = (thrown: () => unknown, errors?: readonly (abstract new (...given: never[]) => Error)[]) =>
    run(
      processor(
        plainJob({
          name: "fails",
          run: () => {
            throw thrown();
          },
          ...(errors === undefined ? {} : { errors }),
        }),
        { transport: own(open()) },
      ),
    );

  async function errorOf(hosted: ReturnType<typeof failing>): Promise<Error> {
    const result = await hosted.sendReceive(undefined);
    if (result.ok) throw new Error("it did not fail");
    return result.error;
  }

  it("a registered class comes back as an instance of itself, with its own properties", async () => {
    const error = await errorOf(failing(() => new QuotaError("too much", 10), [QuotaError]));

    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ name: "QuotaError", message: "too much", limit: 10 });
    expect(error.stack).toContain("QuotaError");
  });

  it("a class that is not registered comes back as a RemoteError with its name, code and properties", async () => {
    const error = await errorOf(failing(() => Object.assign(new QuotaError("too much", 10), { code: "E_QUOTA" })));

    expect(error).not.toBeInstanceOf(QuotaError);
    expect(JobError.is(error)).toBe(true);
    expect(error).toMatchObject({ name: "RemoteError", remoteName: "QuotaError", remoteCode: "E_QUOTA", message: "too much", limit: 10 });
  });

  it("errors of the framework's own kind keep their code and what a retry can hope for", async () => {
    const registered = await errorOf(failing(() => new ThrottledError("slow down"), [ThrottledError]));
    const own_ = await errorOf(failing(() => new ProcessError("broken", { retry: "never" })));

    expect(registered).toBeInstanceOf(ThrottledError);
    expect(registered).toMatchObject({ code: "ERR_THROTTLED", retry: "later" });
    expect(own_).toMatchObject({ code: "ERR_PROCESS", retry: "never" });
  });

  it("causes come along", async () => {
    const error = await errorOf(failing(() => new Error("outer", { cause: new QuotaError("inner", 1) }), [QuotaError]));

    expect(error.cause).toMatchObject({ message: "inner", name: "QuotaError" });
  });

  const oddities: readonly (readonly [string, () => unknown])[] = [
    ["undefined", () => undefined],
    ["null", () => null],
    ["a string", () => "oops"],
    ["zero", () => 0],
    ["a symbol", () => Symbol("s")],
    ["a bigint", () => 10n],
    ["a plain object", () => ({ oops: true })],
    ["an object without a prototype", () => Object.create(null) as unknown],
    ["a function", () => () => 1],
    ["a frozen object", () => Object.freeze({ a: 1 })],
    ["a frozen error", () => Object.freeze(new Error("frozen"))],
    [
      "a proxy that refuses everything",
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error("hands off");
            },
            has: () => {
              throw new Error("hands off");
            },
            getPrototypeOf: () => {
              throw new Error("hands off");
            },
          },
        ),
    ],
    [
      "an error with a throwing getter",
      () =>
        Object.defineProperty(new Error("trap"), "data", {
          enumerable: true,
          get: () => {
            throw new Error("boom");
          },
        }),
    ],
    [
      "an error whose message throws",
      () =>
        Object.defineProperty(new Error("trap"), "message", {
          get: () => {
            throw new Error("boom");
          },
        }),
    ],
    [
      "an error with a cause that is itself",
      () => {
        const error = new Error("snake");
        error.cause = error;
        return error;
      },
    ],
    [
      "errors that cause each other",
      () => {
        const one = new Error("one");
        one.cause = new Error("two", { cause: one });
        return one;
      },
    ],
    ["an error with a function as property", () => Object.assign(new Error("carries"), { fn: () => 1, big: 1n })],
    [
      "an aggregate that contains itself",
      () => {
        const error = new AggregateError([new Error("a")], "many");
        error.errors.push(error);
        return error;
      },
    ],
    ["an error with 10 MB of message", () => new Error("x".repeat(10_000_000))],
    ["a promise", () => Promise.resolve(1)],
  ];

  it.each(oddities)("throwing %s is one error response, and the next request is answered", async (_, thrown) => {
    const job = plainJob({
      name: "odd",
      run: (fails: boolean) => {
        if (fails) throw thrown();
        return "fine";
      },
    });
    const hosted = run(processor(job, { transport: own(open()) }));

    const result = await hosted.sendReceive(true);

    expect(result.ok).toBe(false);
    if (!result.ok) expect(Error.prototype.isPrototypeOf.call(Error.prototype, result.error)).toBe(true);
    expect(await hosted.call(false)).toBe("fine");
  });

  it.each(oddities)("rejecting with %s is one error response as well", async (_, thrown) => {
    const job = plainJob({ name: "odd", run: (fails: boolean) => (fails ? Promise.reject(thrown()) : Promise.resolve("fine")) });
    const hosted = run(processor(job, { transport: own(open()) }));

    expect(await hosted.sendReceive(true)).toMatchObject({ ok: false });
    expect(await hosted.call(false)).toBe("fine");
  });

  it("stacks travel unless they are kept back", async () => {
    const job = plainJob({
      name: "traced",
      run: (): never => {
        throw new Error("here");
      },
    });
    const open_ = run(processor(job, { transport: own(open()) }));
    const discreet = run(processor(job, { transport: own(open()), stacks: false }));

    const [shown, hidden] = await Promise.all([open_.sendReceive(undefined), discreet.sendReceive(undefined)]);

    if (shown.ok || hidden.ok) throw new Error("they did not fail");
    expect(shown.error.stack).toContain("errors.test");
    expect(hidden.error.stack ?? "").not.toContain("errors.test");
  });
});
