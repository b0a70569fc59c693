import { defineJob, type MpSend, processor, type RequestMessage, SendError, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { type Firing, schedule, type ScheduleDefinition, type ScheduleOptions, timerHeap } from "@job-orch/timers";
import { FakeClock, turns } from "@job-orch/test-support";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { toPlan } from "../src/schedule/plan.ts";

const MIDNIGHT_MS = Date.parse("2026-06-01T00:00:00Z");

/** A channel that keeps what it is sent; `failures` are thrown first. */
function channel(failures: Error[] = []): MpSend<RequestMessage<number>> & { readonly sent: RequestMessage<number>[] } {
  const sent: RequestMessage<number>[] = [];
  const send = async (message: RequestMessage<number>): Promise<void> => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    sent.push(message);
  };
  return { send, sent };
}

const minutes = (sent: readonly RequestMessage<number>[]): readonly number[] => sent.map(({ request }) => (request - MIDNIGHT_MS) / 60_000);
const plannedAt = ({ plannedAtMs }: Firing): number => plannedAtMs;

async function every(minute: number, clock: FakeClock, more: Partial<ScheduleDefinition<number>> = {}, options: ScheduleOptions = {}) {
  const to = channel();
  const planned = schedule<number>({ id: "s", everyMs: minute * 60_000, to, request: plannedAt, ...more } as ScheduleDefinition<number>, {
    clock,
    ...options,
  });
  await turns();
  return { planned, sent: to.sent };
}

test("an interval fires at its multiples, without drift, under ids made of schedule and instant", async () => {
  const clock = new FakeClock(MIDNIGHT_MS + 12_345);
  const { planned, sent } = await every(1, clock);
  expect(planned.nextMs).toBe(MIDNIGHT_MS + 60_000);
  await clock.advance(60_000);
  await clock.block(90_000); // 2:42
  await clock.advance(60_000);
  expect(minutes(sent)).toEqual([1, 2, 3]);
  expect(sent[0]?.id).toBe("s@2026-06-01T00:01:00.000Z");
  await planned[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
  await clock.advance(600_000);
  expect(sent).toHaveLength(3);
});

test("cron fires by the wall clock of its zone", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const to = channel();
  await using planned = schedule({ id: "c", cron: "0 3 * * *", timeZone: "Europe/Stockholm", to, request: plannedAt }, { clock });
  await turns();
  expect(planned.nextMs).toBe(MIDNIGHT_MS + 3_600_000); // 03:00 summer time
  clock.set(3_600_000 - 10_000);
  await clock.advance(15_000);
  expect(minutes(to.sent)).toEqual([60]);
});

test.each([
  ["skip", []],
  ["once", [10]],
  [{ all: 3 }, [8, 9, 10]],
] as const)("after ten minutes in which nobody looked, %j fires %j", async (misfire, expected) => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const { planned, sent } = await every(1, clock, { misfire, toleranceMs: 5_000 });
  await clock.block(10 * 60_000 + 10_000);
  expect(minutes(sent)).toEqual(expected);
  await clock.advance(50_000);
  expect(minutes(sent)).toEqual([...expected, 11]);
  await planned[Symbol.asyncDispose]();
});

test("what passed while no host was up is made good from the stored progress", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const progress = new Map<string, string>();
  const before = await every(1, clock, {}, { progress });
  await clock.advance(60_000);
  await before.planned[Symbol.asyncDispose]();
  clock.set(3 * 60_000 + 30_000);
  const after = await every(1, clock, { misfire: { all: 2 } }, { progress });
  expect(minutes(after.sent)).toEqual([3, 4]);
  await after.planned[Symbol.asyncDispose]();
});

test("a clock that is set forward makes it fire within 5 s; set back, instants come again under their ids", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const { planned, sent } = await every(60, clock);
  clock.set(60 * 60_000);
  await clock.advance(5_000);
  expect(minutes(sent)).toEqual([60]);
  clock.set(-60 * 60_000);
  await clock.advance(5_000);
  expect(planned.nextMs).toBe(MIDNIGHT_MS + 60 * 60_000);
  clock.set(60 * 60_000);
  await clock.advance(5_000);
  expect(sent.map(({ id }) => id)).toEqual(["s@2026-06-01T01:00:00.000Z", "s@2026-06-01T01:00:00.000Z"]);
  await planned[Symbol.asyncDispose]();
});

test("a send that fails is tried again under the same id; a request that cannot be made is left out", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const to = channel([new SendError("x", { retry: "later" }), new SendError("x", { retry: "unknown" })]);
  const errors: unknown[] = [];
  let asked = 0;
  const request = ({ plannedAtMs }: Firing): number => {
    if (++asked === 4) throw new TypeError("no such thing");
    return plannedAtMs;
  };
  const planned = schedule({ id: "s", everyMs: 60_000, to, request }, { clock, onError: (error) => errors.push(error) });
  await turns();
  await clock.advance(65_000);
  expect(minutes(to.sent)).toEqual([1]);
  await clock.advance(120_000);
  expect(minutes(to.sent)).toEqual([1, 3]);
  expect(errors).toHaveLength(3);
  await planned[Symbol.asyncDispose]();
});

test("whatever a channel throws, it is tried again, but what it says it will never take", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const to = channel([new Error("connect ECONNREFUSED"), new Error("socket hang up"), new SendError("x", { retry: "never" })]);
  const errors: unknown[] = [];
  const planned = schedule({ id: "s", everyMs: 60_000, to, request: plannedAt }, { clock, onError: (error) => errors.push(error) });
  await turns();
  await clock.advance(65_000);
  expect(minutes(to.sent)).toEqual([]);
  await clock.advance(120_000);
  expect(minutes(to.sent)).toEqual([2, 3]);
  expect(errors).toHaveLength(3);
  await planned[Symbol.asyncDispose]();
});

test("who hears of errors and throws does not end the schedule", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const to = channel([new SendError("x", { retry: "later" })]);
  const onError = (): never => {
    throw new Error("of the listener's own");
  };
  const planned = schedule({ id: "s", everyMs: 60_000, to, request: plannedAt }, { clock, onError });
  await turns();
  await clock.advance(125_000);
  expect(minutes(to.sent)).toEqual([1, 2]);
  await planned[Symbol.asyncDispose]();
});

test("dispose gives up a send that waits", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const never: MpSend<RequestMessage<number>> = {
    send: (_, options) => new Promise((_, reject) => options?.signal?.addEventListener("abort", () => reject(options.signal?.reason))),
  };
  const planned = schedule({ id: "s", everyMs: 1_000, to: never, request: plannedAt }, { clock });
  await turns();
  await clock.advance(5_000);
  await planned[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

test("jitter moves the sending, by the id, and not the instant", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  const { planned, sent } = await every(60, clock, { jitterMs: 600_000 });
  await clock.advance(60 * 60_000);
  const early = sent.length;
  await clock.advance(600_000);
  expect([early, minutes(sent)]).toEqual([0, [60]]);
  await planned[Symbol.asyncDispose]();
});

test("schedules can share a heap, which stays theirs who made it", async () => {
  const clock = new FakeClock(MIDNIGHT_MS);
  using heap = timerHeap({ clock });
  const one = await every(1, clock, {}, { heap });
  const other = await every(2, clock, { id: "o" } as Partial<ScheduleDefinition<number>>, { heap });
  expect([heap.size, clock.pending]).toEqual([2, 1]);
  await one.planned[Symbol.asyncDispose]();
  await clock.advance(120_000);
  expect([one.sent.length, other.sent.length]).toEqual([0, 1]);
  await other.planned[Symbol.asyncDispose]();
  expect(heap.size).toBe(0);
});

test("several hosts run one schedule; the store takes each firing once, also after it has run", async () => {
  const transport = memory();
  const ran: string[] = [];
  const tick = defineJob({ name: "tick", request: z.number(), response: z.null(), run: (_, __, { id }) => (ran.push(id), null) });
  const hosts = Array.from({ length: 3 }, () => processor(tick, { transport }));
  const running = start(hosts[0] as (typeof hosts)[0]);
  const schedules = hosts.map((to) => schedule({ id: "tick", everyMs: 20, misfire: { all: 100 }, to, request: plannedAt }));
  await vi.waitUntil(() => new Set(ran).size >= 5, { timeout: 5_000 });
  for (const one of schedules) await one[Symbol.asyncDispose]();
  await running.stop();
  for (const host of hosts) await host.close();
  expect(ran.length).toBe(new Set(ran).size);
});

test.each([
  { cron: "nope" },
  { everyMs: 0 },
  { everyMs: 1.5 },
  { everyMs: undefined },
  { everyMs: 1_000, cron: "* * * * *" },
  { everyMs: 1_000, misfire: "always" },
  { everyMs: 1_000, misfire: { all: 0 } },
  { everyMs: 1_000, jitterMs: -1 },
  { everyMs: 1_000, id: "" },
  { everyMs: 1_000, id: "x".repeat(151) },
  { everyMs: 1_000, to: {} },
  { everyMs: 1_000, request: 7 },
])("%j is refused at once", (wrong) => {
  const definition = { id: "s", to: channel(), request: plannedAt, ...wrong } as never;
  expect(() => schedule(definition)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});

test("a way to say when that is not there says nothing", () => {
  expect(toPlan({ cron: "* * * * *", everyMs: undefined } as never).after(0)).toBe(60_000);
});

test("what hears of its errors is a function", () => {
  const listens = { onError: 5 } as never;
  expect(() => schedule({ id: "s", everyMs: 1_000, to: channel(), request: plannedAt }, listens)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION" }),
  );
});
