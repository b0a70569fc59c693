import { type Environment, job } from "@job-orch/core";
import { FakeClock, turns } from "@job-orch/test-support";
import { Keyv } from "keyv";
import { describe, expect, it, vi } from "vitest";
import { type ActorEvents, actors, type ActorsOptions } from "../src/index.ts";
import { gate } from "./support/gate.ts";

interface Add {
  readonly cart: string;
  readonly add: number;
}
interface Cart {
  total: number;
}

const addJob = job<Add, number, Cart>()({ name: "cart", run: ({ add }, cart) => (cart.total += add) });
const kept = {
  key: ({ cart }: Add) => cart,
  activate: (_key: string, total: number = 0) => ({ total }),
  passivate: ({ total }: Cart) => total,
} satisfies Partial<ActorsOptions<Add, Cart, number>>;
const ask = { timeoutMs: 10_000 };

function world(): { readonly clock: FakeClock; readonly environment: Environment } {
  const clock = new FakeClock();
  return { clock, environment: { clock, random: Math.random } };
}

describe("an actor", () => {
  it.each(["Map", "Keyv"])("rests in a %s when idle, and comes back with its state", async (kind) => {
    const { clock, environment } = world();
    const snapshots = kind === "Map" ? new Map<string, string>() : new Keyv({ throwOnErrors: true });
    await using cart = actors(addJob, { ...kept, snapshots, idleMs: 1_000, environment });
    const events: unknown[] = [];
    cart.on("activated", ({ key, restored }) => events.push([key, restored]));
    cart.on("passivated", ({ key, stored }) => events.push([key, "rests", stored]));
    expect(await cart.ask({ cart: "a", add: 3 }, ask)).toBe(3);
    await clock.advance(999);
    expect(cart.size()).toBe(1);
    expect(await cart.ask({ cart: "a", add: 1 }, ask)).toBe(4);
    await clock.advance(999);
    expect(cart.size()).toBe(1);
    await clock.advance(10);
    await vi.waitUntil(() => cart.size() === 0, 15_000);
    expect(await cart.ask({ cart: "a", add: 1 }, ask)).toBe(5);
    expect(events).toEqual([
      ["a", false],
      ["a", "rests", true],
      ["a", true],
    ]);
  });

  it("without snapshots forgets its state when it rests", async () => {
    const { clock, environment } = world();
    await using cart = actors(addJob, { key: kept.key, activate: () => ({ total: 0 }), idleMs: 50, environment });
    expect(await cart.ask({ cart: "a", add: 3 }, ask)).toBe(3);
    await clock.advance(100);
    expect(cart.size()).toBe(0);
    expect(await cart.ask({ cart: "a", add: 3 }, ask)).toBe(3);
  });

  it("leaves for others when there are too many: the one that was idle longest", async () => {
    const snapshots = new Map<string, string>();
    await using cart = actors(addJob, { ...kept, snapshots, max: 2 });
    const left: string[] = [];
    cart.on("passivated", ({ key }) => left.push(key));
    for (const name of ["a", "b", "a", "c", "d"]) await cart.ask({ cart: name, add: 1 }, ask);
    await vi.waitUntil(() => cart.size() === 2, 15_000);
    expect(left).toEqual(["b", "a"]);
    expect(await cart.ask({ cart: "b", add: 1 }, ask)).toBe(2);
  });

  it("keeps messages that come while it goes to rest, and begins again for them", async () => {
    const { passed, open } = gate();
    const store = new Map<string, string>();
    const slow = {
      get: (key: string) => store.get(key),
      set: async (key: string, text: string) => {
        await passed;
        store.set(key, text);
      },
      delete: (key: string) => store.delete(key),
    };
    await using cart = actors(addJob, { ...kept, snapshots: slow });
    await cart.ask({ cart: "a", add: 1 }, ask);
    const resting = cart.passivate((key) => key === "a");
    const asks = [10, 100].map((add) => cart.ask({ cart: "a", add }, ask));
    await turns();
    expect(store.size).toBe(0);
    open();
    await resting;
    expect(await Promise.all(asks)).toEqual([11, 111]);
  });

  it("that keeps nothing leaves nothing in the store", async () => {
    const snapshots = new Map<string, string>();
    await using cart = actors(addJob, { ...kept, passivate: ({ total }) => (total === 0 ? undefined : total), snapshots });
    await cart.tell({ cart: "a", add: 1 });
    await cart.ask({ cart: "a", add: 0 }, ask);
    await cart.passivate(() => true);
    expect(snapshots.size).toBe(1);
    await cart.tell({ cart: "a", add: -1 });
    await cart.stop();
    expect(snapshots.size).toBe(0);
  });

  it("does not outlive its last message when it has no state yet", async () => {
    await using cart = actors(addJob, { key: kept.key, activate: () => Promise.reject(new RangeError("no")) });
    await expect(cart.ask({ cart: "a", add: 1 }, ask)).rejects.toThrow(RangeError);
    await turns();
    expect(cart.size()).toBe(0);
  });
});

describe("a store that fails", () => {
  function failing(): {
    broken: boolean;
    readonly store: Map<string, string>;
    readonly snapshots: ActorsOptions<Add, Cart, number>["snapshots"];
  } {
    const store = new Map<string, string>();
    const world_ = {
      broken: true,
      store,
      snapshots: {
        get: (key: string) => store.get(key),
        set: async (key: string, text: string) => {
          if (world_.broken) throw new RangeError("disk full");
          store.set(key, text);
        },
        delete: (key: string) => store.delete(key),
      },
    };
    return world_;
  }

  it("loses no state, says so, and is tried again", async () => {
    const { clock, environment } = world();
    const store = failing();
    await using cart = actors(addJob, { ...kept, snapshots: store.snapshots as Map<string, string>, idleMs: 100, environment });
    const failures: ActorEvents["snapshotFailed"][] = [];
    cart.on("snapshotFailed", (event) => failures.push(event));
    await cart.ask({ cart: "a", add: 7 }, ask);
    await clock.advance(150);
    expect(failures).toMatchObject([{ key: "a", error: { code: "ERR_SNAPSHOT", cause: { message: "disk full" } } }]);
    expect(await cart.ask({ cart: "a", add: 1 }, ask)).toBe(8);
    store.broken = false;
    await clock.advance(150);
    await vi.waitUntil(() => cart.size() === 0, 15_000);
    expect(store.store.size).toBe(1);
    expect(await cart.ask({ cart: "a", add: 1 }, ask)).toBe(9);
  });

  it("makes stop fail, once, and the states stay", async () => {
    const store = failing();
    const cart = actors(addJob, { ...kept, snapshots: store.snapshots as Map<string, string> });
    await cart.ask({ cart: "a", add: 7 }, ask);
    await expect(cart.stop()).rejects.toMatchObject({ code: "ERR_SNAPSHOT", key: "a" });
    expect(cart.size()).toBe(1);
    store.broken = false;
    await cart.close();
    expect([cart.size(), store.store.size]).toEqual([0, 1]);
  });

  it("that answers false has failed too", async () => {
    const cart = actors(addJob, { ...kept, snapshots: { get: () => undefined, set: () => false, delete: () => true } });
    await cart.tell({ cart: "a", add: 7 });
    await expect(cart.close()).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
  });

  it("does not let memory grow: new keys are refused", async () => {
    const store = failing();
    await using cart = actors(addJob, { ...kept, snapshots: store.snapshots as Map<string, string>, max: 3 });
    for (let at = 0; at < 6; at++) await cart.ask({ cart: `c${at}`, add: 1 }, ask);
    await expect(cart.ask({ cart: "one more", add: 1 }, ask)).rejects.toMatchObject({ code: "ERR_BUSY" });
    expect(await cart.ask({ cart: "c0", add: 1 }, ask)).toBe(2);
    store.broken = false;
  });

  it("when read answers the message with the error", async () => {
    await using cart = actors(addJob, { ...kept, snapshots: new Map([["cart:a", "rubbish"]]) });
    await expect(cart.ask({ cart: "a", add: 1 }, ask)).rejects.toMatchObject({ code: "ERR_SNAPSHOT", key: "a" });
  });
});
