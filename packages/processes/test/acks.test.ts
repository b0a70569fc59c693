import { describe, expect, test } from "vitest";
import type { ProcessOptions } from "../src/index.ts";
import { acks, crashMatrix } from "./faults/crash-matrix.ts";
import { pool } from "./support/pool.ts";

/** A request that ends its process after a while, and five behind it in the same one. */
async function crash(announced: Required<ProcessOptions>["acks"]): Promise<readonly string[]> {
  await using deeds = pool({ acks: announced, targetMs: 1_000, maxWindow: 16 });
  await Promise.all(Array.from({ length: 50 }, (_, value) => deeds.call({ do: "echo", value }))); // a deep window
  const all = [
    deeds.sendReceive({ do: "die", how: "exit-3", afterMs: 100 }),
    ...Array.from({ length: 5 }, (_, value) => deeds.sendReceive({ do: "echo", value })),
  ];
  return (await Promise.all(all)).map((result) => (result.ok ? "answered" : (result.error as Error & { code: string }).code));
}

test.for(acks)('a worker that says what it begins ("%s") costs only what it had begun', async (announced) => {
  expect(await crash(announced)).toEqual(["ERR_WORKER_CRASHED", "answered", "answered", "answered", "answered", "answered"]);
});

test("of one that does not, everything it had counts as begun", async () => {
  expect((await crash(false)).filter((end) => end === "ERR_WORKER_CRASHED").length).toBeGreaterThan(1);
});

describe.for(acks)('acks: "%s"', (announced) => {
  // The whole of it is a fault run.
  test.for(["exit-3", "async-throw"] as const)("%s among short requests", (way) => crashMatrix(way, announced, 2));

  test("with retry.onCrash all are begun again: neighbours are answered, the one to blame is given up", async () => {
    await using deeds = pool({ acks: announced, size: 2, retry: { onCrash: true }, restart: { backoff: { maxMs: 0 } } });
    await Promise.all(Array.from({ length: 64 }, (_, value) => deeds.call({ do: "echo", value })));
    const retried: string[] = [];
    deeds.on("retried", ({ id }) => retried.push(id));
    const dying = deeds.sendReceive({ do: "die", how: "exit-3" }, { id: "poison" });
    const others = Array.from({ length: 16 }, (_, value) => deeds.call({ do: "echo", value }));
    expect(await Promise.all(others)).toEqual(Array.from({ length: 16 }, (_, value) => value));
    expect(await dying).toMatchObject({ ok: false, error: { code: "ERR_POISON_REQUEST" } });
    expect(retried).toContain("poison");
  });
});

test("another word for it is refused", () => {
  expect(() => pool({ acks: "all" as never })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});
