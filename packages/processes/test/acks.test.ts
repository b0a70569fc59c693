import { expect, test } from "vitest";
import { pool } from "./support/pool.ts";

/** A request that ends its process, and five behind it in the same one. */
async function crash(acks: boolean): Promise<readonly string[]> {
  await using deeds = pool({ acks, targetMs: 1_000, maxWindow: 16 });
  await Promise.all(Array.from({ length: 50 }, (_, value) => deeds.call({ do: "echo", value }))); // a deep window
  const all = [
    deeds.sendReceive({ do: "die", how: "exit-3", afterMs: 100 }),
    ...Array.from({ length: 5 }, (_, value) => deeds.sendReceive({ do: "echo", value })),
  ];
  return (await Promise.all(all)).map((result) => (result.ok ? "answered" : (result.error as Error & { code: string }).code));
}

test("a worker that says what it begins costs only what it had begun", async () => {
  expect(await crash(true)).toEqual(["ERR_WORKER_CRASHED", "answered", "answered", "answered", "answered", "answered"]);
});

test("of one that does not, everything it had counts as begun", async () => {
  expect((await crash(false)).filter((end) => end === "ERR_WORKER_CRASHED").length).toBeGreaterThan(1);
});
