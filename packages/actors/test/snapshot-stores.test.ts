import { job } from "@job-orch/core";
import { describe, expect, it } from "vitest";
import { actors, type SnapshotStore } from "../src/index.ts";

const add = job<{ readonly key: string; readonly add: number }, number, { sum: number }>()({
  name: "add",
  run: (request, state) => (state.sum += request.add),
});
const ask = { timeoutMs: 10_000 };

/** As one that compares and sets in one step. */
class ComparingStore extends Map<string, string> implements SnapshotStore {
  readonly setIf = async (key: string, text: string | undefined, expected: string | undefined): Promise<boolean> => {
    if (this.get(key) !== expected) return false;
    if (text === undefined) this.delete(key);
    else this.set(key, text);
    return true;
  };
}

/** A process of its own, as far as the store can tell. */
function host(snapshots: SnapshotStore) {
  return actors(add, {
    key: ({ key }) => key,
    activate: (_key, sum: number | undefined) => ({ sum: sum ?? 0 }),
    passivate: ({ sum }) => (sum === 0 ? undefined : sum),
    snapshots,
  });
}

const rest = (_key: string): boolean => true;

describe("two processes over one store", () => {
  it("that can compare: nobody writes over what another has written since", async () => {
    const store = new ComparingStore();
    await using one = host(store);
    await using other = host(store);
    const failures: unknown[] = [];
    other.on("snapshotFailed", ({ error }) => failures.push(error));
    expect([await one.ask({ key: "a", add: 1 }, ask), await other.ask({ key: "a", add: 10 }, ask)]).toEqual([1, 10]);
    await one.passivate(rest);
    await expect(other.passivate(rest)).rejects.toMatchObject({ code: "ERR_SNAPSHOT", key: "a", cause: { code: "ERR_LEASE_LOST" } });
    expect(failures).toHaveLength(1);
    expect(other.size()).toBe(0);
    // From now on it goes on from the other's.
    expect(await other.ask({ key: "a", add: 10 }, ask)).toBe(11);
    await other.passivate(rest);
    expect(store.get("add:a")).toContain("11");
    // Also what is written again, deleted, and begun from nothing.
    expect(await one.ask({ key: "a", add: -11 }, ask)).toBe(0);
    await one.passivate(rest);
    expect(store.size).toBe(0);
    expect(await one.ask({ key: "a", add: 2 }, ask)).toBe(2);
    expect(await other.ask({ key: "a", add: 3 }, ask)).toBe(3);
    await one.passivate(rest);
    await expect(other.passivate(rest)).rejects.toMatchObject({ cause: { code: "ERR_LEASE_LOST" } });
    expect(store.get("add:a")).toContain("2");
  });

  it("that can compare: messages that came meanwhile begin from the newer state", async () => {
    const store = new ComparingStore();
    await using one = host(store);
    await using other = host(store);
    await one.ask({ key: "a", add: 1 }, ask);
    await other.ask({ key: "a", add: 10 }, ask);
    await one.passivate(rest);
    const resting = other.passivate(rest);
    const next = other.ask({ key: "a", add: 100 }, ask);
    await expect(resting).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    expect(await next).toBe(101);
  });

  it("that can compare, over a line that loses answers: what arrived is its own", async () => {
    const store = new ComparingStore();
    let loses = 0;
    const lossy: SnapshotStore = {
      get: (key) => store.get(key),
      set: (key, text) => store.set(key, text),
      delete: (key) => store.delete(key),
      setIf: async (...given) => {
        const stored = await store.setIf(...given);
        if (loses-- > 0) throw new Error("The line went dead");
        return stored;
      },
    };
    await using one = host(lossy);
    await using other = host(store);
    expect(await one.ask({ key: "a", add: 1 }, ask)).toBe(1);
    for (const [add, sum] of [
      [0, 1], // the same again
      [4, 5], // another
      [-5, 0], // nothing to keep
      [2, 2],
    ] as const) {
      loses = 1;
      await expect(one.passivate(rest)).rejects.toMatchObject({ code: "ERR_SNAPSHOT", cause: { message: "The line went dead" } });
      expect(await one.ask({ key: "a", add }, ask)).toBe(sum);
    }
    loses = 1;
    await expect(one.passivate(rest)).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    loses = 1; // twice in a row
    await expect(one.passivate(rest)).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    expect(one.size()).toBe(1);
    await one.passivate(rest);
    expect([one.size(), store.get("add:a")]).toEqual([0, expect.stringContaining("2")]);
    // What another has written after the answer was lost is still not written over.
    await one.ask({ key: "a", add: 1 }, ask);
    loses = 1;
    await expect(one.passivate(rest)).rejects.toMatchObject({ code: "ERR_SNAPSHOT" });
    expect(await other.ask({ key: "a", add: 10 }, ask)).toBe(13);
    await other.passivate(rest);
    await one.ask({ key: "a", add: 100 }, ask);
    await expect(one.passivate(rest)).rejects.toMatchObject({ cause: { code: "ERR_LEASE_LOST" } });
    expect(await one.ask({ key: "a", add: 1 }, ask)).toBe(14);
  });

  it("that can compare and tries again by itself: its second answer is no loss", async () => {
    const store = new ComparingStore();
    const again: SnapshotStore = {
      get: (key) => store.get(key),
      set: (key, text) => store.set(key, text),
      delete: (key) => store.delete(key),
      setIf: async (...given) => {
        await store.setIf(...given);
        return store.setIf(...given);
      },
    };
    await using one = host(again);
    for (const sum of [1, 2, 3]) {
      expect(await one.ask({ key: "a", add: 1 }, ask)).toBe(sum);
      await one.passivate(rest);
    }
    expect(store.get("add:a")).toContain("3");
  });

  it("that cannot: the last one to write wins", async () => {
    const store = new Map<string, string>();
    await using one = host(store);
    await using other = host(store);
    await one.ask({ key: "a", add: 1 }, ask);
    await other.ask({ key: "a", add: 10 }, ask);
    await one.passivate(rest);
    await other.passivate(rest);
    expect(store.get("add:a")).toContain("10");
  });

  it("a setIf that is no function is refused", () => {
    expect(() => host(Object.assign(new Map<string, string>(), { setIf: true as never }))).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  });
});
