import { defineJob } from "@job-orch/core";
import { FakeClock, turns } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, payloadOf, Pool } from "../../src/index.ts";
import { scripted, turn } from "../support/scripted.ts";

/** A schema as any library has it, which takes its time. */
function slowly(validate: (value: unknown) => Promise<{ readonly value: unknown }>) {
  return { "~standard": { version: 1 as const, vendor: "test", validate } };
}

const never = (): Promise<never> => new Promise(() => undefined);

test("a cache that never answers does not hold its callers longer than they wait", async () => {
  const clock = new FakeClock();
  const late = defineJob({ name: "late", run: (value: number) => value, getCache: never });
  const environment = { clock, random: () => 0 };
  const pool = new Pool({ name: "late", options: { size: 1, environment, callTimeoutMs: 2_000 }, factory: inlineFactory([late]) });
  await using hosted = hostJob(late, pool, () => undefined, true);
  const aborter = new AbortController();
  const how = [{}, { timeoutMs: 1_000 }, { deadline: clock.now() + 500 }, { timeoutMs: Infinity, signal: aborter.signal }];
  const ends: unknown[] = [];
  const calls = how.map(async (options, at) => {
    const result = await hosted.sendReceive(at, options);
    ends.push([at, result.ok || ((result.error as { readonly code?: unknown }).code ?? result.error.message)]);
  });
  await clock.advance(499);
  expect(ends).toEqual([]);
  await clock.advance(1_501);
  expect(ends).toEqual([2, 1, 0].map((at) => [at, "ERR_DEADLINE"]));
  aborter.abort(new Error("changed my mind"));
  await Promise.all(calls);
  expect(ends.at(-1)).toEqual([3, "changed my mind"]);
  await turns();
  expect(clock.pending).toBe(0);
});

test("nor does a schema that never answers; a request that is only handed in is held by its signal alone", async () => {
  const clock = new FakeClock();
  const late = defineJob({ name: "late", request: slowly(never), run: (value: unknown) => value });
  const pool = new Pool({ name: "late", options: { size: 1, environment: { clock, random: () => 0 } }, factory: inlineFactory([late]) });
  await using hosted = hostJob(late, pool, () => undefined, true);
  const aborter = new AbortController();
  const ends: unknown[] = [];
  const note = async (how: string, ending: Promise<unknown>): Promise<void> => {
    await ending.catch((error: Error & { readonly code?: string }) => ends.push([how, error.code ?? error.message]));
  };
  const { signal } = aborter;
  const stream = hosted.stream as unknown as (request: unknown, options: object) => AsyncIterator<unknown>; // whatever it yields
  const all = Promise.all([
    note("call", hosted.call(1, { timeoutMs: 1_000 })),
    note("aborted call", hosted.call(1, { timeoutMs: Infinity, signal })),
    note("send", hosted.send(1, { signal })),
    note("stream", stream(1, { timeoutMs: 1_500 }).next()),
    note("aborted stream", stream(1, { timeoutMs: Infinity, signal }).next()),
  ]);
  await clock.advance(2_000);
  expect(ends).toEqual(["call", "stream"].map((how) => [how, "ERR_DEADLINE"]));
  aborter.abort(new Error("changed my mind"));
  await all;
  expect(ends.slice(2)).toEqual(["aborted call", "send", "aborted stream"].map((how) => [how, "changed my mind"]));
  expect(clock.pending).toBe(0);
});

test("what a schema and a cache take is of the time that the call has, and of its job's", async () => {
  const clock = new FakeClock();
  const cached = Promise.withResolvers<undefined>();
  const bench = scripted({ environment: { clock, random: () => 0 } });
  const slow = defineJob({ name: "slow", run: (value: number) => value, getCache: () => cached.promise });
  const hosted = hostJob(slow, bench.pool, payloadOf("auto"), true);
  const startMs = clock.now();
  const result = hosted.sendReceive(1, { timeoutMs: 1_000 });
  await clock.advance(600);
  cached.resolve(undefined);
  await turns();
  bench.last().ready();
  await turn();
  expect(bench.last().given[0]?.extra?.deadline).toBe(startMs + 1_000);
  bench.last().begin();
  await clock.advance(410);
  expect(await result).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE" } });
  const closing = hosted.close();
  bench.last().end({ code: 0 });
  await closing;
});

test("what a cache has is checked as a response is; what is none counts as nothing", async () => {
  const number = slowly(async (value) => (typeof value === "number" ? { value } : ({ issues: [{ message: "it is no number" }] } as never)));
  const counted = defineJob({
    name: "counted",
    response: number,
    run: (value: number) => value,
    getCache: (value: number) => ({ response: value === 1 ? 100 : ("stale" as never) }),
  });
  const pool = new Pool({ name: "counted", options: { size: 1 }, factory: inlineFactory([counted]) });
  await using hosted = hostJob(counted, pool, () => undefined, true);
  expect([await hosted.call(1), await hosted.call(2)]).toEqual([100, 2]);
});
