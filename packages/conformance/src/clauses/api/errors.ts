import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { RemoteError } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { failureOf, host } from "./host.ts";

class KnownError extends Error {
  override readonly name = "KnownError";
  readonly code = "E_KNOWN";
  readonly limit = 7;
}

class StrangeError extends Error {
  override readonly name = "StrangeError";
}

/** A cause of a cause of a cause. */
function deep(levels: number): Error {
  return levels === 1 ? new TypeError("level 1") : new Error(`level ${levels}`, { cause: deep(levels - 1) });
}

/** Everything that can be thrown and is no proper error. */
function hostile(): readonly unknown[] {
  const circular = new Error("circular");
  circular.cause = circular;
  const trap = Object.defineProperty(new Error("trap"), "message", {
    get: () => {
      throw new RangeError("no message for you");
    },
  });
  const unserializable = Object.assign(new Error("unserializable"), { socket: () => {}, self: circular });
  return [
    "text",
    undefined,
    null,
    0,
    Object.freeze(new Error("frozen")),
    Object.freeze({ frozen: true }),
    circular,
    trap,
    unserializable,
    Symbol("s"),
    10n,
  ];
}

export const errors: readonly Clause[] = [
  clause(
    "API-ERR-01",
    "name, message, code, data, five levels of causes and the members of an AggregateError survive",
    [],
    async (bench) => {
      const run = (): never => {
        const aggregate = new AggregateError([new RangeError("one"), new Error("two")], "several", { cause: deep(5) });
        throw Object.assign(aggregate, { code: "E_SEVERAL", data: { at: [1, 2] } });
      };
      const error = (await failureOf(bench, host(bench, { run }).call("x"))) as AggregateError & {
        readonly code?: unknown;
        readonly data?: unknown;
      };
      deepStrictEqual([error.name, error.message, error.code], ["AggregateError", "several", "E_SEVERAL"]);
      deepStrictEqual(error.data, { at: [1, 2] }, "the data was lost");
      deepStrictEqual(
        error.errors.map((one: Error) => [one.name, one.message]),
        [
          ["RangeError", "one"],
          ["Error", "two"],
        ],
      );
      const causes: string[] = [];
      for (let cause = error.cause as Error | undefined; cause !== undefined; cause = cause.cause as Error | undefined)
        causes.push(cause.message);
      deepStrictEqual(causes, ["level 5", "level 4", "level 3", "level 2", "level 1"], "causes were lost");
    },
  ),

  clause("API-ERR-02", "a registered class comes back as such, any other as a RemoteError with its name", [], async (bench) => {
    const hosted = host(bench, {
      errors: [KnownError],
      run: (request) => {
        throw request === "known" ? new KnownError("k") : new StrangeError("s");
      },
    });
    const known = await failureOf(bench, hosted.call("known"));
    ok(known instanceof KnownError && known.message === "k" && known.code === "E_KNOWN", `the caller got ${String(known)}`);
    const strange = await failureOf(bench, hosted.call("strange"));
    ok(
      strange instanceof RemoteError && strange.remoteName === "StrangeError" && strange.message === "s",
      `the caller got ${String(strange)}`,
    );
  }),

  clause("API-ERR-03", "whatever a job throws, its caller gets one error", [], async (bench) => {
    const thrown = hostile();
    const hosted = host(bench, {
      run: (request) => {
        throw thrown[request as number];
      },
    });
    for (const index of thrown.keys()) {
      const error = await failureOf(bench, hosted.call(index));
      ok(error instanceof Error, `number ${index} came as ${typeof error}`);
      ok((error as { readonly code?: unknown }).code !== "ERR_DEADLINE", `number ${index} was never answered`);
    }
  }),

  clause("API-ERR-04", "what an error carries beyond the wire is left out, the error is not", [], async (bench) => {
    const run = (): never => {
      throw Object.assign(new RangeError("with a socket"), { socket: () => {}, kept: 1 });
    };
    const error = (await failureOf(bench, host(bench, { run }).call("x"))) as Error & {
      readonly kept?: unknown;
      readonly socket?: unknown;
    };
    strictEqual(error.message, "with a socket");
    strictEqual(error.kept, 1, "what could be carried was lost");
  }),

  clause("API-ERR-05", "the stack crosses, unless the processor keeps it to itself", [], async (bench) => {
    const run = function findMeInTheStack(): never {
      throw new RangeError("r");
    };
    match((await failureOf(bench, host(bench, { run }).call("x"))).stack ?? "", /findMeInTheStack/);
    const { stack } = await failureOf(bench, host(bench, { run, stacks: false }).call("x"));
    ok(!/findMeInTheStack/.test(stack ?? ""), "the stack crossed all the same");
  }),
];
