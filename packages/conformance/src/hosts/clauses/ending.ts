import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { codeOf, type HostClause, hostClause } from "../host-clause.ts";

/** Longer than any clause waits. Units: milliseconds. */
const FOR_EVER_MS = 600_000;

export const ending: readonly HostClause[] = [
  hostClause("HOST-CAN-01", "one that is cancelled while it waits is not run", [], async (bench) => {
    const host = bench.open();
    const begun = bench.begun(host);
    const first = host.call({ do: "wait", ms: 200, value: "first" });
    await bench.until("the first begins", () => begun() === 1);
    const second = codeOf(host.call({ do: "wait", ms: FOR_EVER_MS }, { id: "second" }));
    await host.cancel("second");
    strictEqual(await second, "ERR_CANCELLED");
    strictEqual(await first, "first");
    strictEqual(await host.call({ do: "echo", value: "next" }), "next");
    strictEqual(begun(), 1, "it was run all the same");
  }),

  hostClause("HOST-CAN-02", "one that is cancelled while it runs is told to stop, and costs no worker when it does", [], async (bench) => {
    const host = bench.open({ concurrency: 2, graceMs: bench.harness.slowMs });
    const begun = bench.begun(host);
    const aborter = new AbortController();
    const listening = host.sendReceive({ do: "listen" }, { signal: aborter.signal });
    const beside = host.call({ do: "wait", ms: 50, value: "beside" });
    await bench.until("both have begun", () => begun() === 1);
    aborter.abort(new Error("changed my mind"));
    const result = await listening;
    strictEqual(!result.ok && result.error.message, "changed my mind");
    strictEqual(await beside, "beside");
    strictEqual(await host.call({ do: "echo", value: "next" }), "next");
    deepStrictEqual(
      host.stats().workers.map(({ incarnation }) => incarnation),
      [1],
    );
  }),

  hostClause("HOST-TIM-01", "a call waits no longer than it says", [], async (bench) => {
    const host = bench.open({ graceMs: 50 });
    const call = codeOf(host.call({ do: "wait", ms: FOR_EVER_MS }, { timeoutMs: 200 }));
    strictEqual(await bench.within("the call is given up", call), "ERR_DEADLINE");
    strictEqual(await host.call({ do: "echo", value: "next" }), "next");
  }),

  hostClause("HOST-TIM-02", "an attempt runs no longer than it may, and what waited behind it is answered", [], async (bench) => {
    const host = bench.open({ timeoutMs: 400, graceMs: 50 });
    const slow = codeOf(host.call({ do: "wait", ms: FOR_EVER_MS }));
    const behind = host.call({ do: "echo", value: "behind" });
    strictEqual(await slow, "ERR_ATTEMPT_TIMEOUT");
    strictEqual(await behind, "behind");
  }),

  hostClause("HOST-TIM-03", "waiting for a worker is not running", [], async (bench) => {
    const host = bench.open({ timeoutMs: 700, graceMs: 50, callTimeoutMs: 2 * bench.harness.slowMs });
    const calls = [1, 2, 3, 4].map((value) => host.call({ do: "wait", ms: 400, value }));
    deepStrictEqual(await Promise.all(calls), [1, 2, 3, 4]);
  }),

  hostClause("HOST-STP-01", "a stop lets end what was there; what comes during it waits for the next run", [], async (bench) => {
    const host = bench.open();
    const begun = bench.begun(host);
    const running = host.run();
    const first = host.call({ do: "wait", ms: 100, value: "ended" });
    const second = host.call({ do: "wait", ms: 0, value: "too" });
    await bench.until("the first begins", () => begun() === 1);
    const stopping = host.stop();
    const third = host.call({ do: "wait", ms: 0, value: "later" });
    await stopping;
    await running;
    strictEqual(await first, "ended");
    strictEqual(host.stats().workers.length, 0);
    strictEqual(host.stats().waiting, 1);
    strictEqual(await second, "too");
    const again = host.run();
    strictEqual(await third, "later");
    await host.stop();
    await again;
  }),

  hostClause("HOST-CLO-01", "a close answers everyone, and nothing is taken afterwards", [], async (bench) => {
    const host = bench.open();
    const begun = bench.begun(host);
    const calls = Promise.all(Array.from({ length: 5 }, () => host.sendReceive({ do: "wait", ms: FOR_EVER_MS })));
    await bench.until("one begins", () => begun() === 1);
    void host.close();
    await host.close(); // in a hurry
    for (const result of await bench.within("everyone is answered", calls)) ok(!result.ok, "one was answered");
    strictEqual(await codeOf(host.call({ do: "echo", value: 1 })), "ERR_CLOSED");
    strictEqual(host.stats().pending, 0);
  }),

  hostClause("HOST-CRA-01", "a worker that ends rejects its call once, and the next call is answered", ["isolated"], async (bench) => {
    const host = bench.open();
    let ends = 0;
    const code = await codeOf(host.call({ do: "die", how: "exit-3" }).finally(() => ends++));
    strictEqual(code, "ERR_WORKER_CRASHED");
    strictEqual(await host.call({ do: "echo", value: "after" }), "after");
    strictEqual(ends, 1);
    strictEqual(host.stats().pending, 0);
  }),

  hostClause(
    "HOST-CRA-02",
    "what a worker had not begun when it ended is answered all the same, at its first attempt, in order",
    ["isolated"],
    async (bench) => {
      const host = bench.open();
      const ended: unknown[] = [];
      const dying = codeOf(host.call({ do: "die", how: "exit-3", afterMs: 50 }));
      const others = Promise.all(
        Array.from({ length: 20 }, async (_, at) => {
          const { id, attempt } = (await host.call({ do: "context" }, { id: `n${at}` })) as {
            readonly id: unknown;
            readonly attempt: unknown;
          };
          ended.push(id);
          return attempt;
        }),
      );
      others.catch(() => undefined); // when the next line fails, nobody waits for them
      strictEqual(await dying, "ERR_WORKER_CRASHED");
      deepStrictEqual(new Set(await others), new Set([1]));
      deepStrictEqual(
        ended,
        Array.from({ length: 20 }, (_, at) => `n${at}`),
      );
    },
  ),

  hostClause("HOST-PRI-01", "the urgent go first, and nobody starves", [], async (bench) => {
    const host = bench.open();
    const begun = bench.begun(host);
    const ended: string[] = [];
    const ask = async (name: string, priority: number): Promise<void> => {
      await host.call({ do: "wait", ms: 1 }, { priority });
      ended.push(name);
    };
    const first = host.call({ do: "wait", ms: 100 });
    await bench.until("the first begins", () => begun() === 1);
    const calls = [...Array.from({ length: 5 }, () => ask("low", 0)), ...Array.from({ length: 60 }, () => ask("high", 9))];
    await Promise.all([first, ...calls]);
    ok(ended.slice(0, 10).filter((name) => name === "high").length >= 7, `the first to end were ${ended.slice(0, 10).join(", ")}`);
    ok(ended.indexOf("low") < ended.lastIndexOf("high"), "the low ones starved");
  }),
];
