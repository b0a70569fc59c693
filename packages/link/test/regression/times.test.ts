import { FakeClock } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { Claim } from "../../src/wire/claims.ts";
import { ended } from "../support/ended.ts";
import { scripted, turn } from "../support/scripted.ts";

function timed(options: Parameters<typeof scripted>[0], shares = true) {
  const clock = new FakeClock();
  const bench = scripted({ environment: { clock, random: () => 0 }, callTimeoutMs: Infinity, maxWindow: 2, ...options }, shares);
  const condemned: number[] = [];
  bench.hosted.on("workerCondemned", ({ incarnation }) => condemned.push(incarnation));
  return { ...bench, clock, condemned };
}

test.each(["send", "call"] as const)("an attempt has its time also where nobody's patience ends before it (%s)", async (how) => {
  const bench = timed({ timeoutMs: 800, graceMs: 1_000 });
  const failures: unknown[] = [];
  bench.hosted.on("failed", ({ error }) => failures.push((error as { readonly code?: unknown }).code));
  const asked = how === "send" ? bench.hosted.send("long") : bench.hosted.sendReceive("long");
  bench.last().ready();
  await turn();
  bench.last().begin();
  await bench.clock.advance(1_000);
  expect(failures).toEqual(["ERR_ATTEMPT_TIMEOUT"]);
  await asked;
  await ended(bench);
});

describe("a request that is given up before it was begun, where nothing is shared", () => {
  /** One runs, and who asked for another behind it waits for that no more. */
  const givenUpBehind = async () => {
    const bench = timed({ graceMs: 1_000 }, false);
    const long = bench.hosted.call("long");
    const aborter = new AbortController();
    bench.last().ready({ tellsBegun: true });
    await turn();
    const begun = bench.last().begin();
    const given = bench.hosted.sendReceive("behind it", { signal: aborter.signal });
    await turn();
    aborter.abort();
    await given;
    return { bench, long, begun };
  };

  test("does not condemn the worker that runs another one before it", async () => {
    const { bench, long, begun } = await givenUpBehind();
    await bench.clock.advance(60_000);
    expect(bench.condemned).toEqual([]);
    bench.last().answer(begun!, "in the end");
    expect(await long).toBe("in the end");
    await ended(bench);
  });

  test("has its grace from when it begins after all", async () => {
    const { bench, long, begun } = await givenUpBehind();
    await bench.clock.advance(10_900);
    bench.last().answer(begun!, "in the end");
    await long;
    bench.last().begin(); // it had not heard of it
    await bench.clock.advance(900);
    expect(bench.condemned).toEqual([]);
    await bench.clock.advance(1_200);
    expect(bench.condemned).toEqual([1]);
    await ended(bench);
  });
});

test("a job that has stopped when it was told to condemns nobody, also when its worker is busy with another and says nothing", async () => {
  const bench = timed({ graceMs: 1_000 });
  const aborter = new AbortController();
  const calls = [bench.hosted.sendReceive("stops", { signal: aborter.signal }), bench.hosted.call("long")];
  bench.last().ready();
  await turn();
  const stops = bench.last().begin()!;
  aborter.abort();
  Atomics.store(bench.last().start.claims!, stops.slot, Claim.Done);
  const long = bench.last().begin()!;
  await bench.clock.advance(60_000);
  expect(bench.condemned).toEqual([]);
  bench.last().answer(stops, "too late");
  bench.last().answer(long, "in the end");
  expect(await Promise.all(calls)).toMatchObject([{ ok: false }, "in the end"]);
  await ended(bench);
});

test("a cancelled request is only said not to have begun when that is known", async () => {
  const bench = timed({}, false);
  const calls = ["begun", "unknown"].map((id) => bench.hosted.sendReceive(id, { id }));
  bench.last().ready(); // it says nothing of what it begins
  await turn();
  expect(await bench.hosted.cancel("unknown")).toBe("requested");
  expect(await bench.hosted.cancel("begun")).toBe("requested");
  const waits = bench.hosted.sendReceive("waits", { id: "waits" });
  expect(await bench.hosted.cancel("waits")).toBe("cancelled");
  await Promise.all([...calls, waits]);
  await ended(bench);
});

test("a worker that is replaced ends what it runs, also where jobs have no grace", async () => {
  const bench = timed({ graceMs: 0 });
  const call = bench.hosted.call("slow");
  bench.last().ready();
  await turn();
  const [old] = bench.workers;
  const begun = old!.begin();
  bench.pool.roster.recycle(bench.pool.roster.ready[0]!);
  bench.last().ready();
  await bench.clock.advance(60_000);
  expect(old!.killed).toBe(false);
  old!.answer(begun!, "in the end");
  expect(await call).toBe("in the end");
  await ended(bench);
});
