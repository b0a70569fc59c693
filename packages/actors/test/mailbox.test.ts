import { job } from "@job-orch/core";
import { describe, expect, it, vi } from "vitest";
import { actors } from "../src/index.ts";
import { type Add, type Cart, options } from "./support/cart.ts";
import { gate } from "./support/gate.ts";

describe("a full mailbox", () => {
  const hanging = (passed: Promise<void>, heard: number[]) =>
    job<Add, void, Cart>()({
      name: "full",
      run: async ({ add }) => {
        heard.push(add);
        await passed;
      },
    });

  it("makes senders wait, in their order, per key", async () => {
    const { passed, open } = gate();
    const heard: number[] = [];
    await using full = actors(hanging(passed, heard), { ...options, mailbox: { perKey: 2 } });
    await full.tell({ cart: "a", add: 0 });
    await vi.waitUntil(() => heard.length === 1, 15_000);
    const placed: number[] = [];
    const tells = [1, 2, 3, 4, 5].map((add) => full.tell({ cart: "a", add }).then(() => void placed.push(add)));
    await full.tell({ cart: "b", add: 100 });
    await vi.waitUntil(() => heard.length === 2, 15_000);
    expect(placed).toEqual([1, 2]);
    open();
    await Promise.all(tells);
    await full.stop();
    expect([placed, heard]).toEqual([
      [1, 2, 3, 4, 5],
      [0, 100, 1, 2, 3, 4, 5],
    ]);
  });

  it("makes senders wait for all of them together, and refuses when too many wait", async () => {
    const { passed, open } = gate();
    const heard: number[] = [];
    await using full = actors(hanging(passed, heard), { ...options, mailbox: { total: 2 } });
    await full.tell({ cart: "a", add: 0 });
    await vi.waitUntil(() => heard.length === 1, 15_000);
    await full.tell({ cart: "a", add: 1 });
    await full.tell({ cart: "a", add: 2 });
    const tells = [full.tell({ cart: "a", add: 3 }), full.tell({ cart: "b", add: 4 })];
    await expect(full.tell({ cart: "c", add: 5 })).rejects.toMatchObject({ code: "ERR_BUSY", retry: "later" });
    open();
    await Promise.all(tells);
    await full.stop();
    expect(heard.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4]);
  });

  it("refuses when it is told to", async () => {
    const { passed, open } = gate();
    const heard: number[] = [];
    await using full = actors(hanging(passed, heard), { ...options, mailbox: { perKey: 1, onFull: "reject" } });
    await full.tell({ cart: "a", add: 0 });
    await vi.waitUntil(() => heard.length === 1, 15_000);
    await full.tell({ cart: "a", add: 1 });
    await expect(full.tell({ cart: "a", add: 2 })).rejects.toMatchObject({ code: "ERR_BUSY" });
    await expect(full.ask({ cart: "a", add: 2 }, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: "ERR_BUSY" });
    open();
  });

  it("leaves nothing behind of keys whose messages found no place", async () => {
    const { passed, open } = gate();
    const heard: number[] = [];
    await using full = actors(hanging(passed, heard), { ...options, max: 10, mailbox: { total: 2 } });
    await full.tell({ cart: "a", add: 0 });
    await vi.waitUntil(() => heard.length === 1, 15_000);
    await full.tell({ cart: "a", add: 1 });
    await full.tell({ cart: "a", add: 2 });
    const givenUp = new AbortController();
    const lines = ["b", "c"].map((cart) => full.tell({ cart, add: 3 }, { signal: givenUp.signal }));
    for (let n = 0; n < 30; n++) await expect(full.tell({ cart: `refused ${n}`, add: n })).rejects.toMatchObject({ code: "ERR_BUSY" });
    const inMemory = full.size();
    givenUp.abort(new Error("given up"));
    for (const line of lines) await expect(line).rejects.toThrow("given up");
    open();
    await vi.waitUntil(() => heard.length === 3, 15_000);
    await full.ask({ cart: "d", add: 4 }, { timeoutMs: 10_000 });
    expect([inMemory, full.size()]).toEqual([1, 2]);
  });
});
