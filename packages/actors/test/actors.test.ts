import { job, processor, remote, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { sqlite } from "@job-orch/sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { type Actors, actors, type LocalHost, localHost, placedActors } from "../src/index.ts";
import { type Add, addJob, type Cart, options } from "./support/cart.ts";
import { gate } from "./support/gate.ts";

describe("actors", () => {
  it("have a state per key, which asks and tells work on in their order", async () => {
    await using cart = actors(addJob, options);
    await cart.tell({ cart: "a", add: 1 });
    await cart.tell({ cart: "b", add: 10 });
    await cart.tell({ cart: "a", add: 2 });
    expect(await cart.ask({ cart: "a", add: 3 }, { timeoutMs: 1_000 })).toBe(6);
    expect(await cart.ask({ cart: "b", add: 0 }, { timeoutMs: 1_000 })).toBe(10);
    expect(cart.size()).toBe(2);
  });

  it("work one at a time per key, and many keys at once up to the bound", async () => {
    const { passed, open } = gate();
    const running = new Map<string, number>();
    let most = 0;
    const job_ = job<Add, void, Cart>()({
      name: "slow",
      run: async ({ cart }) => {
        running.set(cart, (running.get(cart) ?? 0) + 1);
        most = Math.max(most, running.size);
        expect(running.get(cart)).toBe(1);
        await passed;
        running.delete(cart);
      },
    });
    await using slow = actors(job_, { ...options, concurrency: 3 });
    for (const cart of ["a", "b", "c", "d", "e"]) for (let turn = 0; turn < 2; turn++) await slow.tell({ cart, add: 1 });
    await vi.waitUntil(() => running.size === 3, 15_000);
    open();
    await slow.stop();
    expect([most, running.size]).toEqual([3, 0]);
  });

  it("let others have a turn, however much they tell each other", async () => {
    let messages = 0;
    let whenOthers = 0;
    const chatter = actors(
      job<Add, void, Cart>()({
        name: "chatter",
        run: ({ add }) => {
          if (++messages < 100_000) void chatter.tell({ cart: `cart-${add % 50}`, add: add + 1 });
        },
      }),
      options,
    );
    const turn = new Promise<void>((resolve) => {
      setImmediate(() => {
        whenOthers = messages;
        resolve();
      });
    });
    await chatter.tell({ cart: "a", add: 0 });
    await turn;
    expect(whenOthers).toBeLessThan(10_000);
    await vi.waitUntil(() => messages === 100_000, 15_000);
    await chatter.close();
  });

  it("answer with what the job threw, and go on", async () => {
    const failing = job<Add, number, Cart>()({
      name: "failing",
      run: ({ add }, cart) => {
        if (add < 0) throw new RangeError("no");
        return (cart.total += add);
      },
    });
    await using cart = actors(failing, options);
    await expect(cart.ask({ cart: "a", add: -1 }, { timeoutMs: 1_000 })).rejects.toThrow(RangeError);
    expect(await cart.sendReceive({ cart: "a", add: -1 })).toMatchObject({ ok: false, error: { message: "no" } });
    expect(await cart.ask({ cart: "a", add: 4 }, { timeoutMs: 1_000 })).toBe(4);
  });

  it.each(["at once", "later"])("check responses against their schema, and give out what it makes of them: %s", async (when) => {
    const response = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) => (value === 13 ? { issues: [{ message: "no 13" }] } : { value: `${String(value)} pieces` }),
      },
    } as const;
    const checked = {
      ...addJob,
      response,
      run: ({ add }: Add, cart: Cart): number | Promise<number> => {
        cart.total += add;
        return when === "later" ? Promise.resolve(cart.total) : cart.total;
      },
    };
    await using cart = actors(checked as never, options as never) as unknown as Actors<Add, string>;
    await using host = localHost("here", checked as never, options as never) as unknown as LocalHost<Add, string>;
    await using placed = placedActors<Add, string>({ key: ({ cart: own }) => own });
    await placed.join(host);
    for (const kind of [cart, placed]) {
      expect(await kind.ask({ cart: "a", add: 12 }, { timeoutMs: 10_000 })).toBe("12 pieces");
      await expect(kind.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 })).rejects.toMatchObject({ code: "ERR_VALIDATION" });
      expect(await kind.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 })).toBe("14 pieces");
    }
  });

  it("check requests against their schema first", async () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          typeof (value as Add).add === "number"
            ? { value: { cart: "one", add: (value as Add).add + 1 } }
            : { issues: [{ message: "not a number", path: ["add"] }] },
      },
    };
    const checked = { ...addJob, request: schema };
    await using cart = actors(checked as unknown as typeof addJob, options);
    expect(await cart.ask({ cart: "ignored", add: 1 }, { timeoutMs: 1_000 })).toBe(2);
    await expect(cart.ask({ cart: "a" } as Add, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: "ERR_VALIDATION" });
    await expect(cart.tell({ cart: "a" } as Add)).rejects.toMatchObject({ code: "ERR_VALIDATION" });
  });

  it("are a processor: senders, receivers, run", async () => {
    await using cart = actors(addJob, options);
    const running = start(cart);
    const receiver = await cart.responseReceiver();
    await cart.requestSender().send({ id: "one", request: { cart: "a", add: 5 }, headers: { tenant: "blue" } });
    expect(await receiver.receive()).toEqual({ id: "one", result: { ok: true, value: 5 }, headers: { tenant: "blue" } });
    await expect(cart.responseReceiver({ group: "g" })).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await running.stop();
    await expect(cart.tell({ cart: "a", add: 1 })).rejects.toMatchObject({ code: "ERR_CLOSED" });
    const again = start(cart);
    expect(await cart.ask({ cart: "a", add: 1 }, { timeoutMs: 1_000 })).toBe(1);
    await again.stop();
  });

  it.each(["memory", "sqlite"])("stand behind a queue on %s, in order per key", async (kind) => {
    const folder = mkdtempSync(join(tmpdir(), "actors-"));
    const transport = kind === "memory" ? memory() : sqlite(join(folder, "jobs.db"));
    const seen = new Map<string, number[]>();
    const note = job<Add, number, Cart>()({
      name: "note",
      run: async ({ cart, add }) => seen.set(cart, [...(seen.get(cart) ?? []), add]).size,
    });
    const inner = actors(note, options);
    const outer = processor(remote(inner), { transport: transport as ReturnType<typeof memory>, concurrency: 8 });
    const running = start(outer);
    for (let add = 0; add < 10; add++) for (const cart of ["a", "b", "c"]) await outer.send({ cart, add }, { orderKey: cart });
    await vi.waitUntil(() => [...seen.values()].flat().length === 30, { timeout: 10_000 });
    expect([...seen.values()]).toEqual(Array.from({ length: 3 }, () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(await outer.call({ cart: "d", add: 1 })).toBe(4);
    await running.stop();
    await outer.close();
    await inner.close();
    await transport[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
});

describe("a wait", () => {
  it("for an actor ends with its deadline, also when it was not begun", async () => {
    const { passed, open } = gate();
    const aborted: unknown[] = [];
    const begun: number[] = [];
    const job_ = job<Add, void, Cart>()({
      name: "hang",
      run: async ({ add }, _cart, context) => {
        begun.push(add);
        await passed;
        aborted.push(context.signal.reason);
      },
    });
    await using hang = actors(job_, options);
    const asks = [1, 2].map((add) => hang.ask({ cart: "a", add }, { timeoutMs: 5 }));
    expect(await Promise.allSettled(asks)).toMatchObject([{ reason: { code: "ERR_DEADLINE" } }, { reason: { code: "ERR_DEADLINE" } }]);
    open();
    await hang.stop();
    expect(begun).toEqual([1]);
    expect(aborted).toMatchObject([{ code: "ERR_DEADLINE" }]);
  });

  it("can be given up", async () => {
    const { passed, open } = gate();
    await using hang = actors(job<Add, void, Cart>()({ name: "hang", run: () => passed }), options);
    const giving = new AbortController();
    const ask = hang.ask({ cart: "a", add: 1 }, { timeoutMs: 60_000, signal: giving.signal });
    giving.abort(new RangeError("enough"));
    await expect(ask).rejects.toThrow(RangeError);
    await expect(hang.ask({ cart: "a", add: 1 }, { timeoutMs: 60_000, signal: giving.signal })).rejects.toThrow(RangeError);
    open();
  });

  it("needs a deadline", async () => {
    await using cart = actors(addJob, options);
    for (const bad of [undefined, {}, { timeoutMs: Number.POSITIVE_INFINITY }, { timeoutMs: Number.NaN }, { timeoutMs: 0 }]) {
      await expect(cart.ask({ cart: "a", add: 1 }, bad as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
    }
  });
});

describe("stopping", () => {
  it("works off what was accepted", async () => {
    const heard: number[] = [];
    const job_ = job<Add, void, Cart>()({ name: "off", run: async ({ add }) => void heard.push(add) });
    const off = actors(job_, options);
    for (let add = 0; add < 100; add++) await off.tell({ cart: `${add % 7}`, add });
    await off.close();
    expect([heard.length, off.size()]).toEqual([100, 0]);
    await expect(off.ask({ cart: "a", add: 1 }, { timeoutMs: 100 })).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(off.run(undefined)).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  it("answers everyone when the grace is over", async () => {
    const { passed, open } = gate();
    const hang = actors(job<Add, void, Cart>()({ name: "hang", run: () => passed }), { ...options, mailbox: { perKey: 1 } });
    const asks = [1, 2, 3].map((add) => hang.ask({ cart: "a", add }, { timeoutMs: 60_000 }));
    const settled = Promise.allSettled(asks);
    await hang.stop({ graceMs: 1 });
    expect(await settled).toMatchObject(Array.from({ length: 3 }, () => ({ reason: { code: "ERR_CLOSED" } })));
    open();
  });
});
