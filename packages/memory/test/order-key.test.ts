import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ACK, all, bench, frame, RETRY, take, takeIds } from "./bench.ts";

const k = (id: string, orderKey = "k") => frame(id, { orderKey });

test("one frame of a key is on loan at a time, and others go past it", async () => {
  const { send, receiver } = await bench();
  const [one, other] = [await receiver(), await receiver()];
  await send(k("k1"), k("k2"), k("l1", "l"), frame("free"), k("k3"));
  const held = await take(one);
  expect(held.map(({ frame: { id } }) => id)).toEqual(["k1", "l1", "free"]);
  expect(await takeIds(other)).toEqual([]);
  await one.settle(all(held, ACK));
  expect(await takeIds(other)).toEqual(["k2"]);
});

test("a retried head goes first: nothing of its key overtakes it, not even while it waits", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver();
  await send(k("k1"), k("k2"), frame("free"));
  const [head] = await take(worker, 1);
  await worker.settle(all([head!], { kind: "retry", delayMs: 500, charge: true }));
  expect(await takeIds(worker)).toEqual(["free"]);
  await clock.advance(500);
  const again = await take(worker);
  expect(again.map(({ frame: { id }, attempt }) => [id, attempt])).toEqual([["k1", 2]]);
  await worker.settle(all(again, ACK));
  expect(await takeIds(worker)).toEqual(["k2"]);
});

test("a delayed head holds back its followers, and a delayed follower waits for its own time as well", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver();
  const at = (ms: number) => ({ orderKey: "k", dueMs: clock.now() + ms });
  await send(frame("k1", at(100)), k("k2"), frame("k3", at(300)));
  expect(await takeIds(worker)).toEqual([]);
  await clock.advance(100);
  const [k1] = await take(worker);
  expect(k1?.frame.id).toBe("k1");
  await worker.settle(all([k1!], ACK));
  await worker.settle(all(await take(worker), ACK));
  expect(await takeIds(worker)).toEqual([]);
  await clock.advance(200);
  expect(await takeIds(worker)).toEqual(["k3"]);
});

test("a dead, cancelled or removed head lets its followers go", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(k("k1"), k("k2"), k("k3"), k("k4"), k("k5"));
  await worker.settle(all(await take(worker), { kind: "dead", reason: { name: "Error", message: "" } }));
  expect(await transport.cancel("work", "k2")).toBe("cancelled");
  expect(await transport.remove("work", { ids: ["k3", "k4"] })).toBe(2);
  expect(await takeIds(worker)).toEqual(["k5"]);
  expect(await transport.depth("work")).toMatchObject({ ready: 0, inFlight: 1, dead: 1, cancelled: 1 });
});

test("a follower can be cancelled out of the middle", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(k("k1"), k("k2"), k("k3"));
  expect(await transport.cancel("work", "k2")).toBe("cancelled");
  const [k1] = await take(worker);
  await worker.settle(all([k1!], ACK));
  expect(await takeIds(worker)).toEqual(["k3"]);
});

test("who comes after a cancelled last one still waits for the head", async () => {
  const { transport, send, receiver } = await bench();
  const worker = await receiver();
  await send(k("k1"), k("k2"));
  expect(await transport.cancel("work", "k2")).toBe("cancelled");
  await send(k("k3"));
  const [k1] = await take(worker);
  expect(await takeIds(worker)).toEqual([]);
  await worker.settle(all([k1!], ACK));
  expect(await takeIds(worker)).toEqual(["k3"]);
});

test("followers count as waiting", async () => {
  const { transport, send } = await bench({ capacity: { frames: 2 } });
  await send(k("k1"), k("k2"));
  expect((await transport.depth("work")).ready).toBe(2);
  const giveUp = new AbortController();
  const sender = await transport.sender({ name: "work", mode: "work" }, giveUp.signal);
  const third = sender.send([k("k3")], giveUp.signal);
  giveUp.abort();
  await expect(third).rejects.toBe(giveUp.signal.reason);
});

test("the order of every key is kept, whatever several receivers do with what they hold", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          key: fc.constantFrom("a", "b", "c"),
          outcomes: fc.array(fc.constantFrom("retry", "later", "back", "lapse"), { maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 30 },
      ),
      fc.integer({ min: 1, max: 4 }),
      async (plan, workers) => {
        const { clock, send, receiver } = await bench();
        await send(...plan.map(({ key }, index) => k(String(index), key)));
        const receivers = await Promise.all(Array.from({ length: workers }, () => receiver({ leaseMs: 100 })));
        const ended: Record<string, number[]> = { a: [], b: [], c: [] };
        const running = new Map<string, number>();
        for (let turn = 0; Object.values(ended).flat().length < plan.length; turn++) {
          expect(turn).toBeLessThan(1_000);
          const worker = receivers[turn % workers]!;
          for (const delivery of await take(worker, 2)) {
            const index = Number(delivery.frame.id);
            const { key, outcomes } = plan[index]!;
            expect(running.get(key) ?? index).toBe(index); // the head, and nobody else until it has ended
            running.set(key, index);
            const next = outcomes.shift();
            if (next === "retry") await worker.settle(all([delivery], RETRY));
            else if (next === "later") await worker.settle(all([delivery], { ...RETRY, delayMs: 50 }));
            else if (next === "back") await worker.settle(all([delivery], { ...RETRY, charge: false }));
            else if (next === undefined) {
              await worker.settle(all([delivery], ACK));
              ended[key]!.push(index);
              running.delete(key);
            }
          }
          await clock.advance(60);
        }
        for (const order of Object.values(ended)) expect(order).toEqual([...order].sort((one, other) => one - other));
      },
    ),
    { numRuns: 40 },
  );
});
