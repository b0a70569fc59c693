import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import { type AnyProcessor, host, later } from "./host.ts";

function callAll(bench: Bench, hosted: AnyProcessor, count: number): Promise<unknown[]> {
  return bench.within(Promise.all(Array.from({ length: count }, (_, index) => hosted.call(index))), "all calls are answered");
}

export const concurrency: readonly Clause[] = [
  clause("API-CON-01", "as many run at once as may, when there is work, and never more", [], async (bench) => {
    let running = 0;
    let most = 0;
    const run = async (request: unknown): Promise<unknown> => {
      most = Math.max(most, ++running);
      await bench.pause(5);
      running--;
      return request;
    };
    await callAll(bench, host(bench, { run, concurrency: 4 }), 24);
    strictEqual(most, 4, `${most} ran at once where 4 may`);
  }),

  clause("API-CON-02", "resources are made once per place, and no two requests use the same ones at once", [], async (bench) => {
    const made: { busy: boolean }[] = [];
    let shared = false;
    const resources = (): { busy: boolean } => {
      const own = { busy: false };
      made.push(own);
      return own;
    };
    const run = async (_request: unknown, own: unknown): Promise<void> => {
      const mine = own as { busy: boolean };
      shared ||= mine.busy;
      mine.busy = true;
      await bench.pause(3);
      mine.busy = false;
    };
    await callAll(bench, host(bench, { run, resources, concurrency: 3 }), 15);
    ok(!shared, "two requests used the same resources at once");
    ok(made.length >= 1 && made.length <= 3, `resources were made ${made.length} times for 3 places`);
  }),

  clause("API-CON-03", "a job that takes long holds up none that could run beside it", [], async (bench) => {
    const release = Promise.withResolvers<void>();
    const ended: unknown[] = [];
    const run = async (request: unknown): Promise<unknown> => {
      if (request === 0) await release.promise;
      ended.push(request);
      return request;
    };
    const hosted = host(bench, { run, concurrency: 2 });
    const slow = later(hosted.call(0));
    try {
      for (let count = 1; count <= 6; count++) await bench.within(hosted.call(count), "a call is answered");
    } finally {
      release.resolve();
    }
    strictEqual(await bench.within(slow, "a call is answered"), 0);
    deepStrictEqual(ended, [1, 2, 3, 4, 5, 6, 0]);
  }),
];
