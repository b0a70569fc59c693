import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { job, type JobError } from "@job-orch/core";
import { turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { localHost, placedActors } from "../src/index.ts";
import { gate } from "./support/gate.ts";

interface Note {
  readonly key: string;
  readonly n: number;
}
interface Page {
  readonly notes: number[];
}

const key = ({ key: own }: Note): string => own;
const ask = { timeoutMs: 10_000 };

describe("a host that leaves while its partitions are on the move", () => {
  it("has left when they are elsewhere, with the states that it stored", async () => {
    const work = gate();
    const write = gate();
    const store = new Map<string, string>();
    let writing = false;
    const slowly = {
      get: async (place: string) => store.get(place),
      set: async (place: string, text: string) => {
        writing = true;
        await write.passed;
        return store.set(place, text);
      },
      delete: async (place: string) => store.delete(place),
    };
    const host = (id: string) =>
      localHost(
        id,
        job<Note, readonly number[], Page>()({
          name: "note",
          run: async ({ n }, { notes }) => {
            notes.push(n);
            if (n === 0) await work.passed;
            return [...notes];
          },
        }),
        {
          key,
          activate: (_key, notes: number[] | undefined) => ({ notes: notes ?? [] }),
          passivate: ({ notes }) => [...notes],
          snapshots: slowly,
          partitions: 8,
        },
      );
    const [one, two] = [host("one"), host("two")];
    const placed = placedActors<Note, readonly number[]>({ key, partitions: 8 });
    await placed.join(one);
    const first = placed.ask({ key: "a", n: 0 }, ask);
    const joining = placed.join(two);
    let left = false;
    const leaving = placed.leave("one").then(() => (left = true));
    await turns(20);
    expect(left).toBe(false);
    work.open();
    expect(await first).toEqual([0]);
    const second = placed.ask({ key: "a", n: 1 }, ask);
    await turns(20);
    expect([left, writing, placed.placeOf("a").host]).toEqual([false, true, "one"]);
    write.open();
    await Promise.all([joining, leaving]);
    expect(await second).toEqual([0, 1]);
    await placed.close();
    await one.close();
    await two.close();
  });
});

describe("a placement without hosts", () => {
  it("keeps nothing of messages whose senders do not wait any more", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const placed = placedActors<Note, void>({ key, partitions: 1 });
    const kept: WeakRef<Note>[] = [];
    const waits = placed.ask({ key: "a", n: 0 }, { timeoutMs: 60_000 }).catch((error: unknown) => error);
    const asks = Array.from({ length: 2_000 }, (_, n) => {
      const note = { key: "a", n };
      kept.push(new WeakRef(note));
      return placed.ask(note, { timeoutMs: 1 }).catch((error: unknown) => (error as JobError).code);
    });
    expect(new Set(await Promise.all(asks))).toEqual(new Set(["ERR_DEADLINE"]));
    await until(() => {
      collect();
      return kept.filter((note) => note.deref() !== undefined).length < 100;
    });
    await placed.close();
    expect(await waits).toMatchObject({ code: "ERR_CLOSED" });
  });
});
