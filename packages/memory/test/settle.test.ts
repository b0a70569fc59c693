import { expect, test } from "vitest";
import { ACK, all, bench, frame, idsOf, NEVER, NEWS, RETRY, take, takeIds, WORK } from "./bench.ts";

const DEAD = { kind: "dead", reason: { name: "Error", message: "no use" } } as const;
const NEXT = { name: "next", mode: "work" } as const;

test("an acknowledged frame never comes back", async () => {
  const { transport, clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"));
  await worker.settle(all(await take(worker), ACK));
  await clock.advance(10_000);
  expect(await takeIds(worker)).toEqual([]);
  expect(await transport.depth("work")).toMatchObject({ ready: 0, inFlight: 0, completed: 1 });
});

test("a retried frame comes back with its next attempt, behind the others", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"), frame("b"));
  await worker.settle(all(await take(worker, 1), RETRY));
  const again = await take(worker);
  expect(again.map(({ frame: { id }, attempt }) => [id, attempt])).toEqual([
    ["b", 1],
    ["a", 2],
  ]);
});

test("a delayed retry comes back when its time has come and not before", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"), frame("b"));
  await worker.settle(all(await take(worker, 1), { kind: "retry", delayMs: 500, charge: true }));
  expect(await takeIds(worker)).toEqual(["b"]);
  await clock.advance(499);
  expect(await takeIds(worker)).toEqual([]);
  await clock.advance(1);
  expect(await takeIds(worker)).toEqual(["a"]);
});

test("a hand-back without charge does not count as an attempt, but moves the fence", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"), frame("b"));
  const [first] = await take(worker, 1);
  await worker.settle([{ delivery: first!, outcome: { kind: "retry", delayMs: 0, charge: false } }]);
  const [again] = await take(worker, 1);
  expect(again?.frame.id).toBe("a");
  expect(again?.attempt).toBe(1);
  expect(again!.fence).toBeGreaterThan(first!.fence);
});

test("settling twice does nothing, and the first wins", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"));
  const held = await take(worker);
  expect(worker.settle([...all(held, ACK), ...all(held, DEAD)])).toBeUndefined();
  expect(worker.settle(all(held, RETRY))).toBeUndefined();
  expect(await transport.depth("work")).toMatchObject({ ready: 0, inFlight: 0, completed: 1, dead: 0 });
});

test("a settle with an older fence is lost, with its sends, and leaves the new holder alone", async () => {
  const { transport, clock, send, receiver } = await bench();
  const [slow, quick] = [await receiver({ leaseMs: 100 }), await receiver({ leaseMs: 100_000 })];
  await send(frame("a"));
  const [stale] = await take(slow);
  await clock.advance(150);
  const [fresh] = await take(quick);
  const sends = [{ channel: NEXT, frames: [frame("late")] }];
  expect(slow.settle([{ delivery: stale!, outcome: ACK, sends }])).toEqual({ lost: [stale] });
  expect((await transport.depth("next")).ready).toBe(0);
  expect((await transport.depth("work")).inFlight).toBe(1);
  expect(quick.settle([{ delivery: fresh!, outcome: ACK, sends: [{ channel: NEXT, frames: [frame("in time")] }] }])).toBeUndefined();
  expect((await transport.depth("next")).ready).toBe(1);
});

test("a delivery is not settled by a receiver that does not hold it", async () => {
  const { transport, send, receiver } = await bench();
  const [one, other] = [await receiver(), await receiver()];
  await send(frame("a"));
  const held = await take(one);
  expect(other.settle(all(held, ACK))).toEqual({ lost: held });
  expect((await transport.depth("work")).inFlight).toBe(1);
});

test("a wrapper may settle with a copy of the delivery", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"));
  const [held] = await take(worker);
  const copy = { frame: { ...held!.frame }, attempt: 7, fence: held!.fence };
  expect(worker.settle([{ delivery: copy, outcome: ACK }])).toBeUndefined();
  expect((await transport.depth("work")).inFlight).toBe(0);
});

test("what is sent with a settlement goes out with it", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  const listener = await transport.receiver(NEWS, { leaseMs: 1_000, maxInFlight: 10 }, NEVER);
  await send(frame("a"));
  const [held] = await take(worker);
  const sends = [
    { channel: NEXT, frames: [frame("b"), frame("c")] },
    { channel: NEWS, frames: [frame("d")] },
  ];
  expect(worker.settle([{ delivery: held!, outcome: ACK, sends }])).toBeUndefined();
  const next = await transport.receiver(NEXT, { leaseMs: 1_000, maxInFlight: 10 }, NEVER);
  expect(await takeIds(next)).toEqual(["b", "c"]);
  expect(await takeIds(listener)).toEqual(["d"]);
});

test("a settlement whose sends are refused is not stored, and can be settled again", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"));
  const [held] = await take(worker);
  const sends = [{ channel: { name: "no good", mode: "work" as const }, frames: [frame("b")] }];
  await expect(worker.settle([{ delivery: held!, outcome: ACK, sends }])).rejects.toMatchObject({ code: "ERR_OPTION" });
  expect((await transport.depth("work")).inFlight).toBe(1);
  expect(worker.settle([{ delivery: held!, outcome: ACK }])).toBeUndefined();
  expect((await transport.depth("work")).completed).toBe(1);
});

test("a settlement waits as a whole until all it sends fits, and no longer counts as in flight", async () => {
  const { transport, send, receiver } = await bench({ capacity: { frames: 2 } });
  const worker = await receiver({ maxInFlight: 1 });
  const next = await transport.receiver(NEXT, { leaseMs: 1_000, maxInFlight: 10 }, NEVER);
  await send(frame("a"), frame("b"));
  await (await transport.sender(NEXT, NEVER)).send([frame("1"), frame("2")], NEVER);
  const [held] = await take(worker);
  const settling = worker.settle([{ delivery: held!, outcome: ACK, sends: [{ channel: NEXT, frames: [frame("3"), frame("4")] }] }]);
  expect(settling).toBeInstanceOf(Promise);
  expect(worker.settle(all([held!], DEAD))).toBeUndefined(); // the first wins
  expect(await takeIds(worker)).toEqual(["b"]);
  expect(await transport.depth("work")).toMatchObject({ completed: 0, inFlight: 2 });
  expect(await takeIds(next, 1)).toEqual(["1"]); // room for one is not enough
  expect(await transport.depth("next")).toMatchObject({ ready: 1 });
  expect(await takeIds(next, 1)).toEqual(["2"]);
  expect(await settling).toBeUndefined();
  expect(await takeIds(next)).toEqual(["3", "4"]);
  expect(await transport.depth("work")).toMatchObject({ completed: 1, inFlight: 1 });
});

test("a settlement that waits is lost when its receiver is disposed, and its frame comes back", async () => {
  const { transport, send, receiver } = await bench({ capacity: { frames: 1 } });
  const worker = await receiver();
  await send(frame("a"));
  await (await transport.sender(NEXT, NEVER)).send([frame("1")], NEVER);
  const [held] = await take(worker);
  const settling = worker.settle([{ delivery: held!, outcome: ACK, sends: [{ channel: NEXT, frames: [frame("2")] }] }]);
  await worker[Symbol.asyncDispose]();
  expect(await settling).toEqual({ lost: [held] });
  expect(idsOf(await take(await receiver()))).toEqual(["a"]);
  const next = await transport.receiver(NEXT, { leaseMs: 1_000, maxInFlight: 10 }, NEVER);
  expect(await takeIds(next)).toEqual(["1"]);
  expect(await takeIds(next)).toEqual([]);
});

test("who comes later does not overtake a settlement that waits, and goes in when it is lost", async () => {
  const { transport, send, receiver } = await bench({ capacity: { frames: 2 } });
  const [worker, other] = [await receiver({ maxInFlight: 1 }), await receiver({ maxInFlight: 1 })];
  await send(frame("a"), frame("b"));
  const sender = await transport.sender(NEXT, NEVER);
  await sender.send([frame("1")], NEVER); // room for one is left
  const to = (...ids: string[]) => [{ channel: NEXT, frames: ids.map((id) => frame(id)) }];
  const large = worker.settle([{ delivery: (await take(worker))[0]!, outcome: ACK, sends: to("2", "3") }]);
  const [held] = await take(other);
  const small = other.settle([{ delivery: held!, outcome: ACK, sends: to("4") }]);
  expect(small).toBeInstanceOf(Promise);
  const sending = sender.send([frame("5")], NEVER);
  expect(sending).toBeInstanceOf(Promise);
  await worker[Symbol.asyncDispose]();
  expect((await large)?.lost).toHaveLength(1);
  expect(await small).toBeUndefined();
  const next = await transport.receiver(NEXT, { leaseMs: 1_000, maxInFlight: 10 }, NEVER);
  expect(await takeIds(next)).toEqual(["1", "4"]);
  await sending;
  expect(await takeIds(next)).toEqual(["5"]);
});

test("a settlement that waits for room keeps its lease", async () => {
  const { transport, clock, send, receiver } = await bench({ capacity: { frames: 1 } });
  const worker = await receiver({ leaseMs: 100 });
  await send(frame("a"));
  await (await transport.sender(NEXT, NEVER)).send([frame("1")], NEVER);
  const settling = worker.settle([{ delivery: (await take(worker))[0]!, outcome: ACK, sends: [{ channel: NEXT, frames: [frame("2")] }] }]);
  await clock.advance(10_000);
  const next = await transport.receiver(NEXT, { leaseMs: 1_000, maxInFlight: 10 }, NEVER);
  expect(await takeIds(next)).toEqual(["1"]);
  expect(await settling).toBeUndefined();
  expect(await takeIds(next)).toEqual(["2"]);
});

test("a frame that is sent to the channel it came from waits for its own place at most", async () => {
  const { transport, send, receiver } = await bench({ capacity: { frames: 1 } });
  const worker = await receiver();
  await send(frame("a"));
  for (let turn = 0; turn < 5; turn++) {
    const [held] = await take(worker);
    expect(worker.settle([{ delivery: held!, outcome: ACK, sends: [{ channel: WORK, frames: [frame(`a${turn}`)] }] }])).toBeUndefined();
  }
  expect(await transport.depth("work")).toMatchObject({ ready: 1, inFlight: 0 });
});

test("cancelled is an end of its own", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"));
  await worker.settle(all(await take(worker), { kind: "ack", state: "cancelled" }));
  expect(await transport.depth("work")).toMatchObject({ completed: 0, cancelled: 1 });
});
