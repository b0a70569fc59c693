import type { PoisonRequestError } from "@job-orch/link";
import { describe, expect, test } from "vitest";
import { pool } from "./support/pool.ts";

describe("a poison among eight in hand", () => {
  test("is given up after three crashes; its seven neighbours are answered, with one attempt charged at most", async () => {
    await using deeds = pool({ concurrency: 8, retry: { onCrash: true }, callTimeoutMs: 15_000, restart: { backoff: { maxMs: 0 } } });
    const retried: string[] = [];
    deeds.on("retried", ({ id }) => retried.push(id));
    let begun = 0;
    deeds.on("progress", () => begun++);
    const neighbours = Array.from({ length: 7 }, (_, at) => deeds.call({ do: "wait", ms: 400, value: at }, { id: `neighbour ${at}` }));
    const poison = await deeds.sendReceive({ do: "die", how: "exit-3", afterMs: 100 }, { id: "poison" });
    expect(poison).toMatchObject({ ok: false, error: { code: "ERR_POISON_REQUEST" } });
    expect(!poison.ok && (poison.error as PoisonRequestError).crashes.length).toBeLessThanOrEqual(3);
    expect(await Promise.all(neighbours)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(begun).toBeGreaterThanOrEqual(7);
    for (let at = 0; at < 7; at++) expect(retried.filter((id) => id === `neighbour ${at}`).length).toBeLessThanOrEqual(1);
  });
});
