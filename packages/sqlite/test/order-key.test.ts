import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import {
  ack,
  dead,
  file,
  frame,
  open,
  quiet,
  receiver,
  retry,
  send,
  settle,
  startPeer,
  take,
  takeOne,
  text,
  work,
} from "./support/scene.ts";

test("frames of a key are taken one at a time and in order, by receivers of several processes", async () => {
  const path = file();
  const peers = await Promise.all([startPeer(path), startPeer(path)]);
  await Promise.all(peers.map((peer) => peer.consume(work(), { leaseMs: 1_000, maxInFlight: 3 }, { receivers: 4, workMs: 2 })));
  const keys = ["a", "b", "c", "d", "e"];
  const sent = Array.from({ length: 200 }, (_, index) => frame(String(index), { orderKey: keys[index % keys.length] }));
  const transport = open(path);
  for (let from = 0; from < sent.length; from += 20) await send(transport, work(), sent.slice(from, from + 20));
  await until("all are acked", () => peers.reduce((sum, { acked }) => sum + acked.length, 0) === sent.length);

  const { items } = await transport.list("work", { limit: 1_000 });
  const endings = new Map(await Promise.all(items.map(async ({ id }) => [id, await transport.history("work", id)] as const)));
  for (const key of keys) {
    const runs = items.filter(({ orderKey }) => orderKey === key).map(({ id }) => endings.get(id)?.attempts[0]);
    for (let index = 1; index < runs.length; index++) {
      expect(runs[index]?.startedMs).toBeGreaterThanOrEqual(runs[index - 1]?.endedMs ?? Number.POSITIVE_INFINITY);
    }
  }
});

test("a key whose first frame is tried again later holds up that key and no other", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), [
    frame("a1", { orderKey: "a" }),
    frame("a2", { orderKey: "a" }),
    frame("b1", { orderKey: "b" }),
    frame("free"),
  ]);
  const first = await take(mine, 3);
  expect(first.map(text)).toEqual(["a1", "b1", "free"]);
  await settle(mine, first.slice(0, 1), retry(300));
  await settle(mine, first.slice(1), ack);
  expect(await quiet(mine)).toEqual([]);
  const again = await takeOne(mine);
  expect([text(again), again.attempt]).toEqual(["a1", 2]);
  await settle(mine, [again], ack);
  expect(text(await takeOne(mine))).toBe("a2");
});

test("the next of a key moves up when the first is dead, cancelled, removed or handed back to nobody", async () => {
  const transport = open();
  const mine = await receiver(transport, work(), { maxInFlight: 1 });
  const sent = ["1", "2", "3", "4", "5"].map((name) => frame(name, { orderKey: "k" }));
  await send(transport, work(), sent);
  await settle(mine, [await takeOne(mine)], dead);
  expect(await transport.cancel("work", sent[1]?.id ?? "")).toBe("cancelled");
  expect(await transport.cancel("work", sent[3]?.id ?? "")).toBe("cancelled"); // one behind, not the first
  expect(await transport.remove("work", { ids: [sent[2]?.id ?? ""] })).toBe(1);
  expect(text(await takeOne(mine))).toBe("5");
});

test("a frame that is driven again goes behind the one of its key that is under way", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("1", { orderKey: "k" }), frame("2", { orderKey: "k" })]);
  await settle(mine, [await takeOne(mine)], dead);
  const second = await takeOne(mine);
  await transport.redrive("work");
  expect(await quiet(mine)).toEqual([]);
  await settle(mine, [second], ack);
  expect(text(await takeOne(mine))).toBe("1");
});

test("a later first frame of a key keeps the others of its key back", async () => {
  const transport = open();
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("1", { orderKey: "k", dueMs: Date.now() + 300 }), frame("2", { orderKey: "k" })]);
  expect(await quiet(mine)).toEqual([]);
  const first = await takeOne(mine);
  expect(text(first)).toBe("1");
  await settle(mine, [first], ack);
  expect(text(await takeOne(mine))).toBe("2");
});
