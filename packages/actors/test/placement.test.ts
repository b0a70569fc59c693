import { job } from "@job-orch/core";
import { turns } from "@job-orch/test-support";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { localHost, placedActors } from "../src/index.ts";
import { gate } from "./support/gate.ts";
import { type MortalHost, mortalHost } from "./support/mortal-host.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 60);

interface Note {
  readonly key: string;
  readonly n: number;
  readonly slow?: boolean;
}
interface Page {
  readonly notes: number[];
}

const key = ({ key: own }: Note): string => own;

/** Hosts over one store. `seen` is what actors of living hosts worked on; `wait` holds slow messages. */
function world(options: { readonly wait?: Promise<void> } = {}) {
  const store = new Map<string, string>();
  const seen: string[] = [];
  const working = new Map<string, string>();
  const wrong: string[] = [];
  const host = (id: string): MortalHost<Note, readonly number[]> =>
    mortalHost(store, (snapshots, isDead) =>
      localHost(
        id,
        job<Note, readonly number[], Page>()({
          name: "note",
          run: async (note, { notes }) => {
            const other = working.get(note.key);
            if (!isDead() && other !== undefined) wrong.push(`${note.key} works on ${other} and ${id}`);
            if (!isDead()) working.set(note.key, id);
            notes.push(note.n);
            if (!isDead()) seen.push(`${note.key}${note.n}@${id}`);
            if (note.slow === true) await (options.wait ?? turns(2));
            if (!isDead()) working.delete(note.key);
            return [...notes];
          },
        }),
        {
          key,
          activate: (_key, notes: number[] | undefined) => ({ notes: notes ?? [] }),
          passivate: ({ notes }) => [...notes],
          snapshots,
          partitions: 8,
        },
      ),
    );
  return { store, seen, working, wrong, host };
}

const ask = { timeoutMs: 10_000 };

describe("actors on several hosts", () => {
  it("live where their partition does, and take their state along when it moves", async () => {
    const { host, seen, wrong } = world();
    const hosts = ["one", "two", "three"].map(host);
    const placed = placedActors<Note, readonly number[]>({ key, partitions: 8 });
    const waiting = placed.ask({ key: "a", n: 0 }, ask); // nobody is there yet
    for (const one of hosts) await placed.join(one);
    expect(await waiting).toEqual([0]);
    const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const own of keys) await placed.ask({ key: own, n: 1 }, ask);
    const before = new Map(keys.map((own) => [own, placed.placeOf(own)]));
    expect(new Set([...before.values()].map((place) => place.host)).size).toBeGreaterThan(1);
    await placed.leave("two");
    for (const own of keys) {
      expect(await placed.ask({ key: own, n: 2 }, ask)).toEqual(own === "a" ? [0, 1, 2] : [1, 2]);
      const [was, is] = [before.get(own), placed.placeOf(own)];
      expect(is.host).not.toBe("two");
      if (was?.host !== "two") expect(is).toEqual(was);
      else expect(is.epoch).toBeGreaterThan(was.epoch);
    }
    expect(hosts[1]?.local.size()).toBe(0);
    expect([wrong, seen.length]).toEqual([[], 17]);
    await placed.close();
    for (const one of hosts) await one.local.close();
  });

  it("wait while their partition moves, in order", async () => {
    const { passed, open } = gate();
    const { host } = world({ wait: passed });
    const [one, two] = [host("one"), host("two")];
    const placed = placedActors<Note, readonly number[]>({ key, partitions: 8 });
    await placed.join(one);
    const asks = [placed.ask({ key: "a", n: 0, slow: true }, ask), placed.ask({ key: "a", n: 1 }, ask)];
    const joining = placed.join(two);
    const leaving = placed.leave("one");
    asks.push(placed.ask({ key: "a", n: 2 }, ask));
    open();
    await Promise.all([joining, leaving]);
    expect(await Promise.all(asks)).toEqual([[0], [0, 1], [0, 1, 2]]);
    expect(placed.placeOf("a").host).toBe("two");
    await placed.close();
    for (const each of [one, two]) await each.local.close();
  });

  it.each(["fail", "retry"] as const)("go on elsewhere when their host dies; the one at work: %s", async (crash) => {
    const { passed, open } = gate();
    const { host, seen } = world({ wait: passed });
    const [one, two] = [host("one"), host("two")];
    const placed = placedActors<Note, readonly number[]>({ key, crash, partitions: 8 });
    await placed.join(one);
    expect(await placed.ask({ key: "a", n: 0 }, ask)).toEqual([0]);
    await one.local.release(placed.placeOf("a").partition, placed.placeOf("a").epoch); // a snapshot of it is stored
    const begun = placed.ask({ key: "a", n: 1, slow: true }, ask);
    const rest = [2, 3].map((n) => placed.ask({ key: "a", n }, ask));
    const settled = Promise.allSettled([begun, ...rest]);
    await vi.waitUntil(() => seen.length === 2, 15_000);
    one.kill();
    placed.lost("one", new RangeError("killed"));
    await placed.join(two);
    open();
    const results = await settled;
    if (crash === "fail") {
      expect(results).toMatchObject([
        { reason: { code: "ERR_HOST_LOST", retry: "unknown", host: "one" } },
        { value: [0, 2] },
        { value: [0, 2, 3] },
      ]);
      expect(seen).toEqual(["a0@one", "a1@one", "a2@two", "a3@two"]);
    } else {
      expect(results).toMatchObject([{ value: [0, 1] }, { value: [0, 1, 2] }, { value: [0, 1, 2, 3] }]);
      expect(seen).toEqual(["a0@one", "a1@one", "a1@two", "a2@two", "a3@two"]);
    }
    await placed.close();
    await two.local.close();
    await one.local.close();
  });

  it("do not hear of an epoch that is over", async () => {
    const answers: PromiseWithResolvers<string>[] = [];
    const slowHost = (id: string) => ({
      id,
      send: () => {
        const answer = Promise.withResolvers<string>();
        answers.push(answer);
        return answer.promise;
      },
      release: async () => undefined,
    });
    const placed = placedActors<Note, string>({ key, partitions: 1 });
    await placed.join(slowHost("one"));
    const asked = placed.ask({ key: "a", n: 1 }, ask);
    placed.lost("one");
    await placed.join(slowHost("two"));
    answers[0]?.resolve("late, from one");
    answers[1]?.resolve("from two");
    expect(await asked).toBe("from two");
    await placed.close();
  });

  it("stay where they are when their state cannot be stored", async () => {
    const refusing = { id: "one", send: async () => "one", release: () => Promise.reject(new RangeError("disk full")) };
    const placed = placedActors<Note, string>({ key, partitions: 1 });
    await placed.join(refusing);
    expect(await placed.ask({ key: "a", n: 1 }, ask)).toBe("one");
    await expect(placed.leave("one")).rejects.toThrow("disk full");
    expect(await placed.ask({ key: "a", n: 1 }, ask)).toBe("one");
    await expect(placed.join(refusing)).rejects.toMatchObject({ code: "ERR_OPTION" });
    await placed.close();
  });

  it("refuse what cannot be, and answer everyone at the end", async () => {
    const placed = placedActors<Note, string>({ key, capacity: 1 });
    await expect(placed.ask({ key: "a", n: 1 }, { timeoutMs: 5 })).rejects.toMatchObject({
      code: "ERR_DEADLINE",
      message: expect.stringContaining("nobody has joined"),
    });
    await expect(placed.ask({ key: 5 as never, n: 1 }, ask)).rejects.toMatchObject({ code: "ERR_OPTION" });
    expect(() => placedActors(undefined as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    const waiting = placed.ask({ key: "a", n: 1 }, ask);
    await expect(placed.ask({ key: "a", n: 1 }, ask)).rejects.toMatchObject({ code: "ERR_BUSY" });
    await expect(placed.ask({ key: "a", n: 1 }, {} as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
    const closed = settled(waiting);
    await placed.close();
    expect(await closed).toMatchObject({ reason: { code: "ERR_CLOSED" } });
    await expect(placed.ask({ key: "a", n: 1 }, ask)).rejects.toMatchObject({ code: "ERR_CLOSED" });
    expect(() => placedActors({ key: "a" as never })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    expect(() => placedActors({ key, crash: "ignore" as never })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });

  it("whatever joins, leaves and dies: each message ends once, in the order of its key, one at a time", async () => {
    const own = fc.constantFrom("a", "b", "c", "d", "e");
    const command = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant("ask" as const), key: own, slow: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("join" as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), at: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const), at: fc.nat() }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { minLength: 5, maxLength: 70, size: "max" }),
        fc.constantFrom("fail", "retry" as const),
        async (commands, crash) => {
          const { host, seen, working, wrong } = world();
          const placed = placedActors<Note, readonly number[]>({ key, crash, partitions: 8 });
          const all: MortalHost<Note, readonly number[]>[] = [];
          const changes: Promise<void>[] = [];
          const asks = new Map<number, Promise<PromiseSettledResult<readonly number[]>>>();
          const join = (): void => {
            const one = host(`host-${all.length}`);
            all.push(one);
            changes.push(placed.join(one));
          };
          join();
          for (const [n, one] of commands.entries()) {
            if (one.kind === "ask") asks.set(n, settled(placed.ask({ key: one.key, n, slow: one.slow }, ask)));
            else if (one.kind === "join") join();
            else if (one.kind === "turn") await turns(1);
            else {
              const which = all[one.at % all.length] as MortalHost<Note, readonly number[]>;
              if (one.kind === "leave") changes.push(placed.leave(which.id));
              else {
                which.kill();
                for (const [busy, at] of working) if (at === which.id) working.delete(busy);
                placed.lost(which.id);
              }
            }
          }
          join(); // somebody has to be there
          await Promise.all(changes);
          const results = await Promise.all(asks.values());
          expect(wrong).toEqual([]);
          for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "ERR_HOST_LOST" });
          const kills = commands.filter(({ kind }) => kind === "kill").length;
          if (crash === "retry" && kills < 3) expect(results.every(({ status }) => status === "fulfilled")).toBe(true);
          // Of each key, what was answered was answered in order, and every answer ends with its own message.
          for (const [at, n] of [...asks.keys()].entries()) {
            const result = results[at];
            if (result?.status === "fulfilled") expect(result.value.at(-1)).toBe(n);
          }
          const firstRuns = [...new Set(seen.map((line) => line.replace(/@.*/, "")))];
          for (const name of ["a", "b", "c", "d", "e"]) {
            const order = firstRuns.filter((line) => line.startsWith(name)).map((line) => Number(line.slice(1)));
            expect(order).toEqual(order.toSorted((x, y) => x - y));
          }
          await placed.close();
          for (const one of all) await one.local.close();
        },
      ),
      { seed, numRuns, endOnFailure: false },
    );
  }, 60_000);
});

async function settled<Value>(promise: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
