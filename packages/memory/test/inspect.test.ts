import { expect, test } from "vitest";
import { ACK, all, bench, frame, NEVER, NEWS, RETRY, take, takeIds } from "./bench.ts";

const failed = (message: string, code = "ERR_X") => ({ name: "Error", message, code });
const DEAD = { kind: "dead", reason: failed("no use") } as const;

test("the depth says how many are in each state and how old the oldest ready one is", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("done"), frame("gone"), frame("dead"), frame("held"));
  const [done, gone, dead] = await take(worker, 4);
  await worker.settle([
    { delivery: done!, outcome: ACK },
    { delivery: gone!, outcome: { kind: "ack", state: "cancelled" } },
    { delivery: dead!, outcome: DEAD },
  ]);
  await send(frame("ready"), frame("later", { dueMs: clock.now() + 900 }));
  await clock.advance(70);
  expect(await transport.depth("work")).toEqual({
    ready: 1,
    delayed: 1,
    inFlight: 1,
    completed: 1,
    cancelled: 1,
    dead: 1,
    oldestReadyMs: 70,
    paused: false,
  });
  expect(await transport.depth("unknown")).toMatchObject({ ready: 0, oldestReadyMs: 0 });
});

test("lists go in the order of acceptance, by state, by error and page by page", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver();
  for (let index = 0; index < 10; index++) await send(frame(String(index), index === 9 ? { dueMs: clock.now() + 1_000 } : {}));
  await worker.settle(all(await take(worker, 2), ACK));
  await worker.settle(all(await take(worker, 2), DEAD));
  await take(worker, 1);
  const ids = async (query: object): Promise<string[]> => (await transport.list("work", query)).items.map(({ id }) => id);
  expect(await ids({})).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  expect(await ids({ state: "completed" })).toEqual(["0", "1"]);
  expect(await ids({ state: "dead", error: "ERR_X" })).toEqual(["2", "3"]);
  expect(await ids({ error: "ERR_Y" })).toEqual([]);
  expect(await ids({ state: "in-flight" })).toEqual(["4"]);
  expect(await ids({ state: "ready" })).toEqual(["5", "6", "7", "8"]);
  expect(await ids({ state: "delayed" })).toEqual(["9"]);
  const paged: string[] = [];
  let after: string | undefined;
  do {
    const page = await transport.list("work", { limit: 3, ...(after === undefined ? {} : { after }) });
    paged.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  expect(paged).toEqual(await ids({}));
  await clock.advance(10);
  await send(frame("new"));
  expect(await ids({ sinceMs: clock.now() })).toEqual(["new"]);
  await expect(transport.list("work", { limit: 0 })).rejects.toMatchObject({ code: "ERR_OPTION" });
});

test("the history tells every attempt with its error", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver({ leaseMs: 100 });
  const startMs = clock.now();
  await send({ id: "a", body: { n: 1 }, headers: { h: "1" } });
  await clock.advance(10);
  await worker.settle(all(await take(worker), { ...RETRY, error: failed("once") }));
  await take(worker);
  await clock.advance(100);
  await worker.settle(all(await take(worker), { ...RETRY, charge: false }));
  await take(worker);
  const running = await transport.history("work", "a");
  expect(running?.attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, "retried"],
    [2, "lost"],
    [3, "handed-back"],
    [3, "running"],
  ]);
  await clock.advance(100);
  await worker.settle(all(await take(worker), DEAD));
  const history = await transport.history("work", "a");
  expect(history?.record).toEqual({
    id: "a",
    state: "dead",
    attempt: 4,
    acceptedMs: startMs,
    dueMs: undefined,
    endedMs: clock.now(),
    priority: 5,
    orderKey: undefined,
    headers: { h: "1" },
    body: { n: 1 },
    error: failed("no use"),
  });
  expect(history?.attempts[0]).toEqual({
    attempt: 1,
    startedMs: startMs + 10,
    endedMs: startMs + 10,
    outcome: "retried",
    error: failed("once"),
  });
  expect(history?.attempts.at(-1)).toMatchObject({ attempt: 4, outcome: "dead", error: failed("no use") });
  expect(await transport.history("work", "b")).toBeUndefined();
});

test("a plain completed frame has its one attempt in its history", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"));
  const held = await take(worker);
  await clock.advance(25);
  await worker.settle(all(held, ACK));
  const history = await transport.history("work", "a");
  expect(history?.record).toMatchObject({ state: "completed", attempt: 1, endedMs: clock.now() });
  expect(history?.attempts).toEqual([
    { attempt: 1, startedMs: clock.now() - 25, endedMs: clock.now(), outcome: "completed", error: undefined },
  ]);
});

test("what ended is kept up to its number, the newest", async () => {
  const { transport, send, receiver } = await bench({ retention: { completed: 3, dead: 2 } });
  const worker = await receiver();
  for (let index = 0; index < 12; index++) await send(frame(String(index)));
  const held = await take(worker);
  await worker.settle(all(held.slice(0, 6), ACK));
  await worker.settle(all(held.slice(6, 7), { kind: "ack", state: "cancelled" }));
  await worker.settle(all(held.slice(7), DEAD));
  expect(await transport.depth("work")).toMatchObject({ completed: 2, cancelled: 1, dead: 2 });
  expect((await transport.list("work")).items.map(({ id }) => id)).toEqual(["4", "5", "6", "10", "11"]);
  for (let index = 12; index < 15; index++) await send(frame(String(index)));
  await worker.settle(all(await take(worker), ACK));
  expect(await transport.depth("work")).toMatchObject({ completed: 3, cancelled: 0 });
});

test("dead letters become ready again with attempts at zero, all or some", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"), frame("b", { orderKey: "k" }), frame("c", { orderKey: "k" }), frame("d"));
  for (let turn = 0; turn < 2; turn++) await worker.settle(all(await take(worker), DEAD));
  expect(await transport.depth("work")).toMatchObject({ ready: 0, dead: 4 });
  expect(await transport.redrive("work", { ids: ["a", "zzz"] })).toBe(1);
  expect((await take(worker)).map(({ frame: { id }, attempt }) => [id, attempt])).toEqual([["a", 1]]);
  expect(await transport.redrive("work", { limit: 2 })).toBe(2);
  expect(await transport.redrive("work")).toBe(1);
  expect((await transport.depth("work")).dead).toBe(0);
  expect((await takeIds(worker)).sort()).toEqual(["b", "d"]); // c waits behind b
});

test("remove takes what nobody works on, by id or state, and leaves the rest", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("held"), frame("done"), frame("dead"));
  const [, done, dead] = await take(worker);
  await worker.settle([
    { delivery: done!, outcome: ACK },
    { delivery: dead!, outcome: DEAD },
  ]);
  await send(frame("a"), frame("b"), frame("later", { dueMs: clock.now() + 900 }), frame("p", { priority: 9 }));
  expect(await transport.remove("work", { ids: ["held", "a"] })).toBe(1);
  expect(await transport.remove("work", { state: "delayed" })).toBe(1);
  expect(await transport.remove("work", { state: "dead" })).toBe(1);
  expect(await transport.remove("work", { state: "completed" })).toBe(1);
  expect(await transport.depth("work")).toMatchObject({ ready: 2, delayed: 0, inFlight: 1, completed: 0, dead: 0 });
  expect(await takeIds(worker)).toEqual(["p", "b"]);
  expect(await transport.remove("unknown", {})).toBe(0);
});

test("while paused, receivers get nothing, and what came meanwhile when it goes on", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await transport.pause("work", true);
  const waiting = worker.receive(10, NEVER);
  await send(frame("a"));
  expect(await takeIds(await receiver())).toEqual([]);
  expect(await transport.depth("work")).toMatchObject({ ready: 1, paused: true });
  await transport.pause("work", false);
  expect((await waiting).map(({ frame: { id } }) => id)).toEqual(["a"]);
});

test("cancel ends what nobody has begun, and says so about the rest", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("held"));
  await take(worker);
  await send(frame("a"), frame("b"), frame("later", { dueMs: clock.now() + 100 }), frame("p", { priority: 1 }));
  expect(await transport.cancel("work", "held")).toBe("in-flight");
  expect(await transport.cancel("work", "zzz")).toBe("unknown");
  expect(await transport.cancel("unknown", "a")).toBe("unknown");
  for (const id of ["a", "later", "p"]) expect(await transport.cancel("work", id)).toBe("cancelled");
  expect(await transport.cancel("work", "a")).toBe("unknown");
  await clock.advance(200);
  expect(await takeIds(worker)).toEqual(["b"]);
  expect((await transport.history("work", "a"))?.record).toMatchObject({ state: "cancelled", error: { code: "ERR_CANCELLED" } });
});

test("of two frames with one id a cancel ends the first", async () => {
  const { transport, send, receiver } = await bench();
  await send({ id: "a", body: 1 }, { id: "a", body: 2 });
  expect(await transport.cancel("work", "a")).toBe("cancelled");
  expect((await take(await receiver())).map(({ frame: { body } }) => body)).toEqual([2]);
});

test("a group is looked into as channel@group", async () => {
  const { transport, send, receiver } = await bench({}, NEWS);
  const member = await receiver({ group: "g" });
  await send(frame("a"), frame("b"));
  await member.settle(all(await take(member, 1), DEAD));
  expect(await transport.depth("news@g")).toMatchObject({ ready: 1, dead: 1 });
  expect(await transport.redrive("news@g")).toBe(1);
});
