import { headOf } from "@job-orch/link";
import { expect, test } from "vitest";
import { newBell } from "../../src/parked.ts";
import { ThreadLink } from "../../src/thread-link.ts";

const RUNG = 0;

test("a thread that may be parked is rung for each message, also when one batch takes several: it counts them", async () => {
  const bell = newBell();
  const down = Promise.withResolvers<void>();
  const link = new ThreadLink(
    new URL("../fixtures/silent.worker.ts", import.meta.url),
    { claims: new Int32Array(new SharedArrayBuffer(16)), concurrency: 1, idPrefix: "", wire: "auto", bell, spins: false },
    {},
    {
      onReady: () => undefined,
      onBatch: () => undefined,
      onCredit: () => undefined,
      onOutput: () => undefined,
      onDown: () => down.resolve(),
    },
  );
  const request = (slot: number, body: unknown): readonly unknown[] => [headOf(0, 0, 0, slot), slot, body];
  link.send(request(0, new Map()), []);
  expect(bell[RUNG]).toBe(1);
  link.send(
    [0, 1, 2].flatMap((slot) => request(slot, new Map())),
    [],
  ); // each a clone of its own
  expect(bell[RUNG]).toBe(4);
  link.send([...request(0, new Map()), ...request(1, { not: () => "carried" }), ...request(2, 5)], []);
  expect(bell[RUNG]).toBe(6); // one was refused
  link.tell({ control: "drain" });
  expect(bell[RUNG]).toBe(7);
  link.kill();
  await down.promise;
});
