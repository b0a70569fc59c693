import { expect, test } from "vitest";
import { ACK, all, bench, frame, idsOf, take, takeIds } from "./bench.ts";

test("higher priorities come first, and the order of sending is kept within each", async () => {
  const { send, receiver } = await bench();
  await send(
    frame("5a"),
    frame("0a", { priority: 0 }),
    frame("9a", { priority: 9 }),
    frame("5b", { priority: 5 }),
    frame("9b", { priority: 9 }),
  );
  expect(await takeIds(await receiver())).toEqual(["9a", "9b", "5a", "5b", "0a"]);
});

test("at least 95 % of the high ones go before the low ones", async () => {
  const { send, receiver } = await bench();
  for (let index = 0; index < 50; index++) await send(frame(`low${index}`, { priority: 1 }));
  for (let index = 0; index < 50; index++) await send(frame(`high${index}`, { priority: 8 }));
  const first = (await takeIds(await receiver())).slice(0, 50);
  expect(first.filter((id) => id.startsWith("high")).length).toBeGreaterThanOrEqual(48);
});

test("no level starves while higher ones never run dry", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  for (let level = 0; level < 9; level++) await send(frame(`level ${level}`, { priority: level }));
  const waiting = new Set(Array.from({ length: 9 }, (_, level) => `level ${level}`));
  for (let turn = 0; waiting.size > 0; turn++) {
    expect(turn).toBeLessThan(1_000);
    await send(frame("urgent", { priority: 9 }), frame("urgent", { priority: 9 }));
    const got = await take(worker, 2);
    for (const id of idsOf(got)) waiting.delete(id);
    await worker.settle(all(got, ACK));
  }
});

test("a retried frame keeps its priority", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("urgent", { priority: 9 }), frame("normal"));
  await worker.settle(all(await take(worker, 1), { kind: "retry", delayMs: 0, charge: true }));
  expect(await takeIds(worker)).toEqual(["urgent", "normal"]);
});
