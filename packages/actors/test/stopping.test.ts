import { job } from "@job-orch/core";
import { rejection } from "@job-orch/test-support";
import { describe, expect, it, vi } from "vitest";
import { actors } from "../src/index.ts";
import { type Add, addJob, type Cart, options } from "./support/cart.ts";
import { gate } from "./support/gate.ts";

/** Far longer than a test may take: a stop that waits for it has missed that nothing is left to do. */
const PATIENT = { graceMs: 600_000 };

describe("a stop", () => {
  it("does not wait for messages that have died with their actor", async () => {
    const { passed, open } = gate();
    let begun = false;
    const failing = job<Add, void, Cart>()({
      name: "failing",
      run: async () => {
        begun = true;
        await passed;
        throw new Error("broken");
      },
    });
    const kind = actors(failing, { ...options, onError: "stop" });
    const asks = [0, 1].map((add) => kind.ask({ cart: "a", add }, { timeoutMs: 60_000 }));
    await vi.waitUntil(() => begun, 15_000);
    const stopping = kind.stop(PATIENT);
    open();
    await expect(asks[0]).rejects.toThrow("broken");
    await expect(asks[1]).rejects.toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    await stopping;
    await kind.close();
  });

  it("does not wait for an actor that could not be activated", async () => {
    const { passed, open } = gate();
    const kind = actors(job<Add, void, Cart>()({ name: "failing", run: () => undefined }), {
      ...options,
      activate: async () => {
        await passed;
        throw new Error("no state");
      },
    });
    const asked = kind.ask({ cart: "a", add: 0 }, { timeoutMs: 60_000 });
    const stopping = kind.stop(PATIENT);
    open();
    await expect(asked).rejects.toThrow("no state");
    await stopping;
    await kind.close();
  });

  it("ends what runs also when a state could not be stored, and it can run again then", async () => {
    let fails = true;
    const store = new Map<string, string>();
    const snapshots = {
      get: (key: string) => store.get(key),
      set: (key: string, text: string) => (fails ? false : store.set(key, text)),
      delete: (key: string) => store.delete(key),
    };
    const kind = actors(job<Add, number, Cart>()({ name: "kept", run: ({ add }, cart) => (cart.total += add) }), {
      ...options,
      passivate: ({ total }) => total,
      snapshots,
    });
    const stops = new AbortController();
    const first = kind.run(undefined, { signal: stops.signal });
    await kind.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 });
    stops.abort();
    await expect(first).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    fails = false;
    const second = kind.run();
    expect(await kind.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 })).toBe(2);
    await kind.stop();
    await second;
    fails = true;
    const third = kind.run();
    await kind.tell({ cart: "a", add: 1 });
    const ended = rejection(third);
    await expect(kind.stop()).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    expect(await ended).toMatchObject({ code: "ERR_SNAPSHOT" });
    fails = false;
    await kind.close();
    expect(store.size).toBe(1);
  });

  it("takes nothing of those who wait for a place, and says so", async () => {
    const { passed, open } = gate();
    let begun = false;
    const ran: number[] = [];
    const run = async ({ add }: Add): Promise<void> => {
      ran.push(add);
      begun = true;
      await passed;
    };
    const kind = actors(job<Add, void, Cart>()({ name: "full", run }), { ...options, mailbox: { perKey: 1, total: 3 } });
    await kind.tell({ cart: "a", add: 0 });
    await vi.waitUntil(() => begun, 15_000);
    for (const add of [1, 2]) await kind.tell({ cart: add === 1 ? "a" : "b", add });
    const waiting = [3, 4].map((add) => rejection(kind.tell({ cart: "a", add })));
    await kind.stop({ graceMs: 0 });
    expect(await Promise.all(waiting)).toMatchObject([{ code: "ERR_CLOSED" }, { code: "ERR_CLOSED" }]);
    open();
    await kind.close();
    expect(ran).not.toContain(3);
  });

  it("stores what ends after it, also when it could not be stored before", async () => {
    let fails = true;
    const { passed, open } = gate();
    const store = new Map<string, string>();
    const snapshots = {
      get: (key: string) => store.get(key),
      set: (key: string, text: string) => (fails ? false : store.set(key, text)),
      delete: (key: string) => store.delete(key),
    };
    let begun = false;
    const run = async ({ add }: Add, cart: Cart): Promise<number> => {
      begun = add === 2;
      if (begun) await passed;
      return (cart.total += add);
    };
    const kind = actors(job<Add, number, Cart>()({ name: "kept", run }), { ...options, passivate: ({ total }) => total, snapshots });
    await kind.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 });
    await expect(kind.passivate(() => true)).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    fails = false;
    await kind.tell({ cart: "a", add: 2 });
    await vi.waitUntil(() => begun, 15_000);
    await kind.stop({ graceMs: 0 });
    open();
    await vi.waitUntil(() => store.size === 1, 15_000);
    expect([...store.values()].map((text) => JSON.parse(text) as unknown)).toEqual([3]);
    await kind.close();
  });
});

it("a store that is away for a while stops nobody", async () => {
  let isAway = true;
  const store = new Map<string, string>();
  const snapshots = {
    get: (key: string) => {
      if (isAway) throw new Error("away");
      return store.get(key);
    },
    set: (key: string, text: string) => store.set(key, text),
    delete: (key: string) => store.delete(key),
  };
  const activate = (_key: string, total = 0): Cart => ({ total });
  await using cart = actors(addJob, { ...options, activate, passivate: ({ total }: Cart) => total, snapshots });
  const asks = Array.from({ length: 10 }, () => cart.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 }));
  for (const asked of asks) await expect(asked).rejects.toMatchObject({ code: "ERR_SNAPSHOT", retry: "later" });
  isAway = false;
  expect(await cart.ask({ cart: "a", add: 1 }, { timeoutMs: 10_000 })).toBe(1);
});
