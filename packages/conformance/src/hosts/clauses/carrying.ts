import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { here } from "../here.ts";
import { type HostClause, hostClause } from "../host-clause.ts";

const values: readonly unknown[] = [
  1,
  -0.5,
  "ä\n\u2028\u{1f600}",
  "",
  null,
  undefined,
  true,
  { a: [1, { b: "c" }], empty: {}, none: [] },
  new Map([[1, 10n]]),
  new Date(5),
  [[], [[]]],
];

class Point {
  readonly x = 1;
}

export const carrying: readonly HostClause[] = [
  hostClause("HOST-VAL-01", "a value arrives as it was sent, both ways", [], async (bench) => {
    const host = bench.open();
    for (const value of values) deepStrictEqual(await host.call({ do: "echo", value }), value);
  }),

  hostClause("HOST-VAL-02", "what would arrive altered is refused with its path, and nobody else is concerned", [], async (bench) => {
    const host = bench.open();
    const [result, ...others] = await Promise.all([
      host.sendReceive({ do: "echo", value: { at: [new Point()] } }),
      ...[1, 2, 3].map((value) => host.sendReceive({ do: "echo", value })),
    ]);
    ok(!result.ok, "it was carried");
    const { code, path } = result.error as { readonly code?: unknown; readonly path?: unknown };
    deepStrictEqual({ code, path }, { code: "ERR_ENCODE", path: "value.at[0]" });
    deepStrictEqual(
      others,
      [1, 2, 3].map((value) => ({ ok: true, value })),
    );
  }),

  hostClause("HOST-ERR-01", "an error of a registered class comes back as one, with its fields", [], async (bench) => {
    const result = await bench.open().sendReceive({ do: "fail", how: "subclass" });
    ok(!result.ok && result.error instanceof bench.harness.errorClass, "it is not of its class");
    strictEqual((result.error as { readonly limit?: unknown }).limit, 7);
  }),

  hostClause("HOST-ERR-02", "any other throw rejects its call alone, under its name", [], async (bench) => {
    const host = bench.open();
    const [thrown, rejected, nothing, fine] = await Promise.all([
      host.sendReceive({ do: "fail", how: "error" }),
      host.sendReceive({ do: "fail", how: "reject" }),
      host.sendReceive({ do: "fail", how: "undefined" }),
      host.sendReceive({ do: "echo", value: "fine" }),
    ]);
    strictEqual(!thrown.ok && thrown.error.name, "TypeError");
    strictEqual(!rejected.ok && rejected.error.name, "RangeError");
    ok(!nothing.ok && nothing.error instanceof Error, "undefined is no error");
    deepStrictEqual(fine, { ok: true, value: "fine" });
  }),

  hostClause("HOST-COR-01", "of a thousand calls at once, over two workers, each gets its own answer", [], async (bench) => {
    const host = bench.open({ size: 2 });
    const all = Array.from({ length: 1_000 }, (_, value) => value);
    deepStrictEqual(await Promise.all(all.map((value) => host.call({ do: "echo", value }))), all);
  }),

  hostClause("HOST-CTX-01", "the job knows its id, attempt, headers and deadline", [], async (bench) => {
    const host = bench.open();
    const seen = await host.call({ do: "context" }, { id: "mine", headers: { a: "b" }, timeoutMs: bench.harness.slowMs });
    const { deadline, ...rest } = seen as { readonly deadline: unknown };
    deepStrictEqual(rest, { id: "mine", attempt: 1, headers: { a: "b" } });
    ok(typeof deadline === "number" && Math.abs(deadline - Date.now() - bench.harness.slowMs) < bench.harness.slowMs, "no deadline");
  }),

  hostClause("HOST-SAY-01", "progress and log lines arrive in order, before the response", [], async (bench) => {
    const host = bench.open();
    const heard: unknown[] = [];
    host.on("progress", ({ value }) => heard.push(value));
    host.on("log", ({ level, message, fields }) => heard.push([level, message, fields]));
    strictEqual(await host.call({ do: "tell" }), "told");
    deepStrictEqual(heard, [{ done: 1 }, ["info", "halfway", { part: 0.5 }]]);
  }),

  hostClause("HOST-BRD-01", "the response of a send reaches every receiver", [], async (bench) => {
    const host = bench.open();
    const receivers = [await host.responseReceiver(), await host.responseReceiver()];
    const id = await host.send({ do: "echo", value: 42 }, { headers: { tenant: "a" } });
    for (const receiver of receivers) {
      deepStrictEqual(await bench.within("the response is at every receiver", receiver.receive()), {
        id,
        result: { ok: true, value: 42 },
        headers: { tenant: "a" },
      });
    }
  }),

  hostClause("HOST-ISO-01", "jobs run outside of the caller's thread", ["isolated"], async (bench) => {
    notDeepStrictEqual(await bench.open().call({ do: "place" }), here);
  }),

  hostClause("HOST-ISO-02", "jobs run in the caller's thread, where a breakpoint finds them", ["not isolated"], async (bench) => {
    deepStrictEqual(await bench.open().call({ do: "place" }), here);
  }),
];
