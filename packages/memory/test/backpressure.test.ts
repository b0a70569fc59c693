import { turns } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { ACK, all, bench, frame, idsOf, NEVER, take, takeIds } from "./bench.ts";

test("a full channel makes senders wait, first come first served, until it is drained", async () => {
  const { transport, sender, receiver } = await bench({ capacity: { frames: 2 } });
  const worker = await receiver({ maxInFlight: 2 });
  expect(sender.send([frame("1"), frame("2")], NEVER)).toBeUndefined();
  const order: string[] = [];
  const waiting = ["3", "4", "5"].map((id) => Promise.resolve(sender.send([frame(id)], NEVER)).then(() => order.push(id)));
  await turns();
  expect(order).toEqual([]);
  expect((await transport.depth("work")).ready).toBe(2);
  await worker.settle(all(await take(worker), ACK));
  await turns();
  expect(order).toEqual(["3", "4"]);
  expect(await takeIds(worker)).toEqual(["3", "4"]);
  await Promise.all(waiting);
  expect(await transport.depth("work")).toMatchObject({ ready: 1, inFlight: 2 });
});

test("a batch larger than the capacity goes in piece by piece and in order", async () => {
  const { sender, receiver } = await bench({ capacity: { frames: 3 } });
  const worker = await receiver();
  const sending = sender.send(
    Array.from({ length: 10 }, (_, index) => frame(String(index))),
    NEVER,
  );
  const got: string[] = [];
  while (got.length < 10) got.push(...(await takeIds(worker)));
  await sending;
  expect(got).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
});

test("aborting a send that waits stores nothing of what still waited, and lets those behind it go on", async () => {
  const { sender, receiver } = await bench({ capacity: { frames: 1 } });
  const worker = await receiver();
  await sender.send([frame("1")], NEVER);
  const controller = new AbortController();
  const aborted = sender.send([frame("2")], controller.signal);
  const behind = sender.send([frame("3")], NEVER);
  controller.abort();
  await expect(aborted).rejects.toBe(controller.signal.reason);
  expect(await takeIds(worker)).toEqual(["1"]);
  await behind;
  expect(await takeIds(worker)).toEqual(["3"]);
});

test("a send with an aborted signal sends nothing", async () => {
  const { transport, sender } = await bench();
  await expect(sender.send([frame("1")], AbortSignal.abort("no"))).rejects.toBe("no");
  expect((await transport.depth("work")).ready).toBe(0);
});

test("cancelling and removing make room too", async () => {
  const { transport, sender, receiver } = await bench({ capacity: { frames: 1 } });
  await sender.send([frame("1")], NEVER);
  const second = sender.send([frame("2")], NEVER);
  const third = sender.send([frame("3")], NEVER);
  await transport.cancel("work", "1");
  await second;
  await transport.remove("work", { ids: ["2"] });
  await third;
  expect(idsOf(await take(await receiver()))).toEqual(["3"]);
});

test("with the codec the bytes that wait are bounded as well, and one larger than all of it passes alone", async () => {
  const { sender, receiver } = await bench({ isolation: "codec", capacity: { bytes: 100 } });
  const worker = await receiver();
  const sized = (id: string, bytes: number) => ({ id, body: new Uint8Array(bytes) });
  await sender.send([sized("a", 60), sized("b", 40)], NEVER);
  const third = sender.send([sized("c", 1)], NEVER);
  const large = sender.send([sized("d", 1_000)], NEVER);
  expect(third).toBeInstanceOf(Promise);
  const held = await take(worker, 1);
  await third;
  expect(await takeIds(worker)).toEqual(["b", "c"]);
  await large;
  await worker.settle(all(held, { kind: "retry", delayMs: 0, charge: true })); // what comes back is not refused
  expect(await takeIds(worker)).toEqual(["d", "a"]);
  expect(sender.send([sized("e", 100)], NEVER)).toBeUndefined();
});

test("a capacity that makes no sense, or cannot be kept, is refused", async () => {
  const { memory } = await import("../src/index.ts");
  expect(() => memory({ capacity: { frames: 0 } })).toThrow(/capacity.frames/);
  expect(() => memory({ capacity: { bytes: 10 } })).toThrow(/isolation "codec"/);
  expect(() => memory({ slow: "wait" as "block" })).toThrow(/"slow"/);
});
