import { turns } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { bench, frame, idsOf, NEVER, take, takeIds } from "./bench.ts";

test("a delayed frame comes when it is due and not before, and holds nobody up", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("later", { dueMs: clock.now() + 1_000 }), frame("now"));
  expect(await takeIds(worker)).toEqual(["now"]);
  await clock.advance(999);
  expect(await takeIds(worker)).toEqual([]);
  const waiting = worker.receive(10, NEVER);
  await clock.advance(1);
  expect(idsOf(await waiting)).toEqual(["later"]);
});

test("frames come in the order in which they are due, and in the order of sending when that is equal", async () => {
  const { clock, send, receiver } = await bench();
  const at = (ms: number): number => clock.now() + ms;
  await send(frame("c", { dueMs: at(30) }), frame("a", { dueMs: at(10) }), frame("b1", { dueMs: at(20) }), frame("b2", { dueMs: at(20) }));
  await clock.advance(100);
  expect(await takeIds(await receiver())).toEqual(["a", "b1", "b2", "c"]);
});

test("a frame that was due in the past is ready at once", async () => {
  const { clock, send, receiver } = await bench();
  await send(frame("a", { dueMs: clock.now() - 1 }));
  expect(await takeIds(await receiver())).toEqual(["a"]);
});

test("a frame due in a hundred days is not due now", async () => {
  const { clock, transport, send, receiver } = await bench();
  await send(frame("a", { dueMs: clock.now() + 100 * 86_400_000 }));
  await clock.advance(99 * 86_400_000);
  expect(await takeIds(await receiver())).toEqual([]);
  expect((await transport.depth("work")).delayed).toBe(1);
  await clock.advance(86_400_000);
  expect(await takeIds(await receiver())).toEqual(["a"]);
});

test("a hundred thousand delays need one timer, and all of them come", async () => {
  const { clock, transport, send, receiver } = await bench();
  const count = 100_000;
  for (let index = 0; index < count; index++) await send(frame(String(index), { dueMs: clock.now() + 1 + ((index * 7_919) % 5_000) }));
  expect(clock.pending).toBe(1);
  await clock.advance(2_500);
  const half = (await transport.depth("work")).ready;
  expect(half).toBe(50_000);
  await clock.advance(2_500);
  expect(await takeIds(await receiver({ maxInFlight: count }), count)).toHaveLength(count);
  await turns();
}, 20_000);

test("when a delayed frame is cancelled, no timer stays for it", async () => {
  const { clock, transport, send } = await bench();
  await send(frame("a", { dueMs: clock.now() + 1_000 }));
  expect(await transport.cancel("work", "a")).toBe("cancelled");
  expect(clock.pending).toBe(0);
  expect(await transport.depth("work")).toMatchObject({ delayed: 0, cancelled: 1 });
});

test("an anonymous receiver that leaves takes its delayed frames along", async () => {
  const { clock, send, receiver } = await bench({}, { name: "news", mode: "broadcast" });
  const listener = await receiver();
  await send(frame("a", { dueMs: clock.now() + 1_000 }));
  expect(clock.pending).toBe(1);
  await listener[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
  expect(await take(await receiver())).toEqual([]);
});
