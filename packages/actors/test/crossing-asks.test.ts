import { job } from "@job-orch/core";
import { describe, expect, it } from "vitest";
import { type Actors, actors, type LocalHost, localHost, placedActors } from "../src/index.ts";
import { gate } from "./support/gate.ts";

/** Asks the first of the rest, when it is let, to go on, and answers with where it has been. */
interface Hop {
  readonly to: string;
  readonly via?: readonly string[];
  readonly timeoutMs?: number;
}

const key = ({ to }: Hop): string => to;
const ask = { timeoutMs: 60_000 };

/** `begun` tells who is at work and waits to be let. */
function crossing(passed: Promise<void>, asked: () => Pick<Actors<Hop, string>, "ask" | "tell">) {
  const begun = new Set<string>();
  const hop = job<Hop, string, void>()({
    name: "hop",
    run: async ({ to, via: [next, ...via] = [], timeoutMs = ask.timeoutMs }) => {
      if (next === undefined) return to;
      begun.add(to);
      if (timeoutMs === ask.timeoutMs) await passed;
      if (next.startsWith("tell:")) {
        await asked().tell({ to: next.slice(5) });
        return `${to} told`;
      }
      return `${to} ${await asked()
        .ask({ to: next, via }, { timeoutMs })
        .catch(async (error: { readonly code: string }) => {
          if (error.code !== "ERR_DEADLINE") throw error;
          begun.add("late");
          await passed;
          return "late";
        })}`;
    },
  });
  return { begun, hop };
}

function hops(
  options: { readonly reentrant?: boolean; readonly concurrency?: number; readonly mailbox?: { readonly perKey?: number } } = {},
) {
  const { passed, open } = gate();
  const { begun, hop } = crossing(passed, () => made);
  const made: Actors<Hop, string> = actors(hop, { key, activate: () => undefined, ...options });
  return { made, open, begun };
}

describe("actors that begin to ask each other at the same time", () => {
  it("hear of it at once, and the others go on", async () => {
    const { made, open, begun } = hops({ concurrency: 3 });
    const ring = [made.ask({ to: "a", via: ["b"] }, ask), made.ask({ to: "b", via: ["c"] }, ask), made.ask({ to: "c", via: ["a"] }, ask)];
    await expect.poll(() => begun.size).toBe(3);
    open();
    const results = await Promise.allSettled(ring);
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : result.reason.code))).toEqual([
      "a b",
      "b c",
      "ERR_DEADLOCK",
    ]);
    expect(results[2]).toMatchObject({ reason: { chain: ["a", "b", "c", "a"] } });
    await made.close();
  });

  it("hear of it also behind others", async () => {
    const { made, open, begun } = hops();
    // "a" asks "b", where "x" waits in front of it; "b" works on what asks "a".
    const b = made.ask({ to: "b", via: ["a"] }, ask);
    const x = made.ask({ to: "b" }, ask);
    const a = made.ask({ to: "a", via: ["b"] }, ask);
    await expect.poll(() => begun.size).toBe(2);
    open();
    expect(await a.catch((error: { readonly code: string }) => error.code)).toBe("ERR_DEADLOCK");
    expect([await b, await x]).toEqual(["b a", "b"]);
    await made.close();
  });

  it("go on in between when they are reentrant", async () => {
    const { made, open, begun } = hops({ reentrant: true });
    const both = [made.ask({ to: "a", via: ["b"] }, ask), made.ask({ to: "b", via: ["a"] }, ask)];
    await expect.poll(() => begun.size).toBe(2);
    open();
    expect(await Promise.all(both)).toEqual(["a b", "b a"]);
    await made.close();
  });

  it("also by telling into full mailboxes, and one that waits for a place lets others run", async () => {
    const { made, open, begun } = hops({ mailbox: { perKey: 1 } });
    const both = ["ab", "ba"].map(([to, next]) => made.ask({ to: to!, via: [`tell:${next}`] }, ask));
    await expect.poll(() => begun.size).toBe(2);
    const full = ["a", "b"].map((to) => made.tell({ to }));
    open();
    const ends = await Promise.allSettled(both);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(ends).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ code: "ERR_DEADLOCK" }) }));
    await Promise.all(full);
    await made.close();

    const one = hops({ mailbox: { perKey: 1 }, concurrency: 1 });
    one.open();
    await one.made.tell({ to: "b" });
    expect(await one.made.ask({ to: "a", via: ["tell:b"] }, ask)).toBe("a told");
    await one.made.close();
  });

  it("whom they do not wait for any more they may be asked by", async () => {
    const { made, open, begun } = hops();
    const b = made.ask({ to: "b", via: ["a"] }, ask);
    await expect.poll(() => [...begun]).toEqual(["b"]);
    // Gives up, and works on: what "b" asks now waits until it has ended.
    const a = made.ask({ to: "a", via: ["b"], timeoutMs: 5 }, ask);
    await expect.poll(() => begun).toContain("late");
    open();
    expect([await a, await b]).toEqual(["a late", "b a"]);
    await made.close();
  });
});

describe("actors on hosts that begin to ask each other at the same time", () => {
  /** Two hosts, and a third that joins. */
  function placement(partitions: number) {
    const { passed, open } = gate();
    const placed = placedActors<Hop, string>({ key, partitions });
    const { begun, hop } = crossing(passed, () => placed);
    const hosts: LocalHost<Hop, string>[] = [];
    const join = (id: string): Promise<void> => {
      const host = localHost(id, hop, { key, activate: () => undefined, partitions });
      hosts.push(host);
      return placed.join(host);
    };
    return {
      placed,
      open,
      begun,
      join,
      [Symbol.asyncDispose]: async () => {
        await placed.close();
        for (const host of hosts) await host.close();
      },
    };
  }

  it("hear of it at once, over hosts", async () => {
    await using on = placement(64);
    await Promise.all([on.join("one"), on.join("two")]);
    const keys = Array.from({ length: 8 }, (_, at) => `k${at}`);
    const ring = keys.map((to, at) => on.placed.ask({ to, via: [keys[(at + 1) % 8]!] }, ask));
    expect(new Set(keys.map((to) => on.placed.placeOf(to).host)).size).toBe(2);
    await expect.poll(() => on.begun.size).toBe(8);
    on.open();
    const ends = await Promise.allSettled(ring);
    expect(ends.filter(({ status }) => status === "rejected")).toMatchObject([{ reason: { code: "ERR_DEADLOCK" } }]);
  });

  it.each([1, 64])("hear of it while they move, and others of their partition are no circle (%i partitions)", async (partitions) => {
    await using on = placement(partitions);
    await on.join("one");
    const both = [on.placed.ask({ to: "a", via: ["b"] }, ask), on.placed.ask({ to: "b", via: ["a"] }, ask)];
    const free = on.placed.ask({ to: "c", via: ["d"] }, ask);
    await expect.poll(() => on.begun.size).toBe(3);
    // Their partitions go elsewhere, as soon as what is on its way there has ended.
    const moves = ["two", "three", "four", "five"].map((id) => on.join(id));
    const left = on.placed.leave("one");
    on.open();
    expect(await free).toBe("c d");
    const ends = await Promise.allSettled(both);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(ends).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ code: "ERR_DEADLOCK" }) }));
    await Promise.all([...moves, left]);
    expect(on.placed.placeOf("a").host).not.toBe("one");
  });

  it("whom they do not wait for any more they may be asked by", async () => {
    await using on = placement(64);
    await on.join("one");
    const b = on.placed.ask({ to: "b", via: ["a"] }, ask);
    await expect.poll(() => [...on.begun]).toEqual(["b"]);
    const a = on.placed.ask({ to: "a", via: ["b"], timeoutMs: 5 }, ask);
    await expect.poll(() => on.begun).toContain("late");
    on.open();
    expect([await a, await b]).toEqual(["a late", "b a"]);
  });
});
