import { turns } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { ACK, all, bench, frame, NEVER, take, takeIds } from "./bench.ts";

test("a delivery nobody settles goes to another receiver after its lease, with its next attempt, and not before", async () => {
  const { clock, send, receiver } = await bench();
  const [hung, other] = [await receiver({ leaseMs: 1_000 }), await receiver()];
  await send(frame("a"));
  await take(hung);
  const waiting = other.receive(1, NEVER);
  let came = false;
  void Promise.resolve(waiting).then(() => (came = true));
  await clock.advance(999);
  expect(came).toBe(false);
  await clock.advance(1);
  expect((await waiting).map(({ frame: { id }, attempt }) => [id, attempt])).toEqual([["a", 2]]);
});

test("only what was not settled is lost with the lease, in the order of sending", async () => {
  const { clock, send, receiver } = await bench();
  const hung = await receiver({ leaseMs: 100 });
  await send(frame("a"), frame("b"), frame("c"));
  const held = await take(hung);
  await hung.settle(all(held.slice(1, 2), ACK));
  await clock.advance(101);
  expect(await takeIds(await receiver())).toEqual(["a", "c"]);
});

test("a lease that ran out makes room at its receiver", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver({ leaseMs: 100, maxInFlight: 1 });
  await send(frame("a"), frame("b"));
  await take(worker);
  await clock.advance(101);
  expect(await takeIds(worker)).toEqual(["a"]);
});

test("extending keeps a delivery beyond its lease, for as long as it says", async () => {
  const { clock, send, receiver } = await bench();
  const [worker, other] = [await receiver({ leaseMs: 100 }), await receiver()];
  await send(frame("a"), frame("b"));
  const [a] = await take(worker);
  for (let turn = 0; turn < 10; turn++) {
    await clock.advance(60);
    expect(worker.settle([{ delivery: a!, outcome: { kind: "extend", leaseMs: 100 } }])).toBeUndefined();
  }
  expect(await takeIds(other)).toEqual(["b"]);
  expect(worker.settle([{ delivery: a!, outcome: { kind: "extend", leaseMs: 10 } }])).toBeUndefined();
  await clock.advance(11);
  expect(await takeIds(other)).toEqual(["a"]);
  expect(worker.settle([{ delivery: a!, outcome: { kind: "extend", leaseMs: 100 } }])).toEqual({ lost: [a] });
});

test("a long extension does not keep later deliveries from running out in time", async () => {
  const { clock, send, receiver } = await bench();
  const [worker, other] = [await receiver({ leaseMs: 100 }), await receiver()];
  await send(frame("a"));
  await worker.settle(all(await take(worker), { kind: "extend", leaseMs: 10_000 }));
  await send(frame("b"));
  await take(worker);
  await clock.advance(100);
  expect(await takeIds(other)).toEqual(["b"]);
});

test("a blocked event loop costs nobody a lease: its holder could not extend", async () => {
  const { clock, send, receiver } = await bench();
  const [worker, other] = [await receiver({ leaseMs: 1_000 }), await receiver()];
  await send(frame("a"));
  const [a] = await take(worker);
  await clock.advance(300);
  await clock.block(60_000);
  expect(await takeIds(other)).toEqual([]);
  expect(worker.settle([{ delivery: a!, outcome: ACK }])).toBeUndefined();
});

test("after a blocked event loop a lease still runs out when its holder stays silent", async () => {
  const { clock, send, receiver } = await bench();
  const [worker, other] = [await receiver({ leaseMs: 1_000 }), await receiver()];
  await send(frame("a"));
  await take(worker);
  await clock.block(60_000);
  await clock.advance(1_000);
  expect(await takeIds(other)).toEqual(["a"]);
});

test("a holder that extends every third of a lease keeps what it holds through blocks of any length", async () => {
  const { clock, send, receiver } = await bench();
  const [worker, other] = [await receiver({ leaseMs: 900 }), await receiver()];
  await send(frame("a"));
  const [a] = await take(worker);
  const extend = (): void => {
    expect(worker.settle([{ delivery: a!, outcome: { kind: "extend", leaseMs: 900 } }])).toBeUndefined();
    clock.after(300, extend);
  };
  clock.after(300, extend);
  for (const blockMs of [10, 200, 400, 599, 700, 899, 901, 1_234, 5_000, 100_000]) {
    await clock.advance(250);
    await clock.block(blockMs);
    await turns();
    expect(await takeIds(other)).toEqual([]);
  }
});

test("leases need one timer per receiver at most, whatever is on loan", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver({ leaseMs: 1_000 });
  await send(...Array.from({ length: 500 }, (_, index) => frame(String(index))));
  for (let turn = 0; turn < 50; turn++) await take(worker, 10);
  expect(clock.pending).toBe(1);
  await worker[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

test("the timer of the leases ends when nothing is on loan any more", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver({ leaseMs: 1_000 });
  await send(frame("a"));
  await worker.settle(all(await take(worker), ACK));
  await clock.advance(1_000);
  expect(clock.pending).toBe(0);
});
