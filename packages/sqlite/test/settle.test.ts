import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import {
  ack,
  broadcast,
  dead,
  file,
  frame,
  frames,
  never,
  open,
  quiet,
  receiver,
  retry,
  send,
  settle,
  take,
  takeOne,
  text,
  work,
} from "./support/scene.ts";

test("a settlement whose sends are refused changes nothing", async () => {
  const transport = open(file(), { maxFrameBytes: 65_536 });
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("a")]);
  const delivery = await takeOne(mine);
  const sends = [{ channel: work("next"), frames: [frame("ok"), { id: "big", body: new Uint8Array(65_537) }] }];
  await expect(mine.settle([{ delivery, outcome: ack, sends }])).rejects.toMatchObject({ code: "ERR_TOO_LARGE" });
  expect(await transport.depth("next")).toMatchObject({ ready: 0 });
  expect(await transport.depth("work")).toMatchObject({ inFlight: 1 });
});

test("a failed attempt, a hand-back and the last attempt are all in the history", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("a")]);
  await settle(mine, [await takeOne(mine)], retry());
  await settle(mine, [await takeOne(mine)], { kind: "retry", delayMs: 0, charge: false });
  const last = await takeOne(mine);
  expect(last.attempt).toBe(2);
  await settle(mine, [last], ack);
  const history = await transport.history("work", last.frame.id);
  expect(history?.attempts.map(({ attempt, outcome, error }) => [attempt, outcome, error?.message])).toEqual([
    [1, "retried", "no luck"],
    [2, "handed-back", undefined],
    [2, "completed", undefined],
  ]);
  expect(history?.record).toMatchObject({ state: "completed", attempt: 2 });
});

test("an error that JSON cannot carry does not keep a delivery from dying", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("a")]);
  const loop: Record<string, unknown> = { big: 1n };
  loop["self"] = loop;
  await settle(mine, [await takeOne(mine)], { kind: "dead", reason: { name: "Odd", message: "odd", data: loop } });
  const { items } = await transport.list("work", { state: "dead" });
  expect(items[0]?.error).toMatchObject({ name: "Odd", message: "odd" });
});

test("disposing a receiver hands back without charge, at once, and ends its waits", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), frames(3));
  const held = await take(mine, 3);
  const waiting = mine.receive(1, never);
  const other = await receiver(transport, work());
  await mine[Symbol.asyncDispose]();
  expect(await waiting).toEqual([]);
  const again = await take(other, 3);
  expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  expect((await settle(mine, held, ack))?.lost).toEqual(held);
  expect(await transport.depth("work")).toMatchObject({ inFlight: 3, completed: 0 });
});

test("never more than maxInFlight are on loan, and a settle makes room in the same turn", async () => {
  const transport = open();
  const mine = await receiver(transport, work(), { maxInFlight: 2 });
  await send(transport, work(), frames(5));
  const [first, second] = await Promise.all([mine.receive(2, never), mine.receive(1, AbortSignal.timeout(100))]);
  expect([first.length, second.length]).toEqual([2, 0]);
  const [, next] = await Promise.all([settle(mine, first, ack), mine.receive(5, never)]);
  expect(next).toHaveLength(2);
});

test("a settle with sends waits while their channel is full", async () => {
  const transport = open(file(), { capacity: { frames: 2 } });
  const mine = await receiver(transport, work());
  const downstream = await receiver(transport, work("next"));
  await send(transport, work("next"), frames(2));
  await send(transport, work(), [frame("a")]);
  const delivery = await takeOne(mine);
  let settled = false;
  const settling = Promise.resolve(
    mine.settle([{ delivery, outcome: ack, sends: [{ channel: work("next"), frames: [frame("out")] }] }]),
  ).then(() => (settled = true));
  expect(await quiet(mine)).toEqual([]);
  expect(settled).toBe(false);
  await settle(downstream, await take(downstream, 1), ack);
  await settling;
  expect(await transport.depth("next")).toMatchObject({ ready: 2, completed: 1 });
});

test("two channels that are full of each other's work come to an end all the same", async () => {
  const transport = open(file(), { capacity: { frames: 1 } });
  const [left, right] = [await receiver(transport, work("left")), await receiver(transport, work("right"))];
  await send(transport, work("left"), [frame("l")]);
  await send(transport, work("right"), [frame("r")]);
  const [fromLeft, fromRight] = [await takeOne(left), await takeOne(right)];
  await Promise.all([
    left.settle([{ delivery: fromLeft, outcome: ack, sends: [{ channel: work("right"), frames: [frame("a")] }] }]),
    right.settle([{ delivery: fromRight, outcome: ack, sends: [{ channel: work("left"), frames: [frame("b")] }] }]),
  ]);
  expect([text(await takeOne(left)), text(await takeOne(right))].sort()).toEqual(["a", "b"]);
});

test("what a settlement sends back to its own full channel takes its place", async () => {
  const transport = open(file(), { capacity: { frames: 1 } });
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("a")]);
  const delivery = await takeOne(mine);
  await mine.settle([{ delivery, outcome: ack, sends: [{ channel: work(), frames: [frame("again")] }] }]);
  expect(text(await takeOne(mine))).toBe("again");
});

test("sends to a broadcast channel that nobody listens to store nothing", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, broadcast(), frames(10));
  await send(transport, work(), [frame("a")]);
  await mine.settle([{ delivery: await takeOne(mine), outcome: ack, sends: [{ channel: broadcast(), frames: frames(3) }] }]);
  const listener = await receiver(transport, broadcast());
  expect(await quiet(listener)).toEqual([]);
});

test("a dead letter of a group is kept for that group, and an acked one is not", async () => {
  const transport = open();
  const [one, other] = [
    await receiver(transport, broadcast(), { group: "one" }),
    await receiver(transport, broadcast(), { group: "other" }),
  ];
  await send(transport, broadcast(), [frame("a")]);
  await settle(one, [await takeOne(one)], dead);
  await settle(other, [await takeOne(other)], ack);
  expect(await transport.depth("news")).toMatchObject({ dead: 1, completed: 0, ready: 0, inFlight: 0 });
  expect(await transport.redrive("news")).toBe(1);
  expect(text(await takeOne(one))).toBe("a");
  expect(await quiet(other)).toEqual([]);
});

test("a retry with a far delay is delayed, not in flight, and can be cancelled", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("a")]);
  const delivery = await takeOne(mine);
  await settle(mine, [delivery], retry(365 * 86_400_000));
  expect(await transport.depth("work")).toMatchObject({ delayed: 1, inFlight: 0 });
  expect(await transport.cancel("work", delivery.frame.id)).toBe("cancelled");
  await until("it is cancelled", async () => (await transport.depth("work")).cancelled === 1);
});

test("of two settlements of one delivery in one call the first holds", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), frames(2));
  const [first, second] = await take(mine, 2);
  if (first === undefined || second === undefined) throw new Error("two were sent");
  await mine.settle([
    { delivery: first, outcome: ack },
    { delivery: first, outcome: dead },
    { delivery: second, outcome: ack },
  ]);
  expect(await transport.depth("work")).toMatchObject({ completed: 2, dead: 0, inFlight: 0, ready: 0 });
});

test("closing a receiver whose settle waits for room hands its deliveries back", async () => {
  const transport = open(file(), { capacity: { frames: 1 } });
  const mine = await receiver(transport, work());
  await send(transport, work("next"), [frame("full")]);
  await send(transport, work(), [frame("a")]);
  const delivery = await takeOne(mine);
  const settling = mine.settle([{ delivery, outcome: ack, sends: [{ channel: work("next"), frames: [frame("out")] }] }]);
  expect(await quiet(mine, 50)).toEqual([]);
  await mine[Symbol.asyncDispose]();
  expect(await settling).toEqual({ lost: [delivery] });
  expect((await takeOne(await receiver(transport, work()))).attempt).toBe(1);
});
