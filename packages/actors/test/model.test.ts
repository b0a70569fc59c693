import { job } from "@job-orch/core";
import { FakeClock, turns } from "@job-orch/test-support";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actors } from "../src/index.ts";

interface Note {
  readonly key: string;
  readonly n: number;
  /** What the actor does: answers at once, after a turn of the event loop, or fails. */
  readonly how: "sync" | "async" | "throw" | "reject";
}
interface Page {
  readonly notes: readonly number[];
}

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 150);

const key = fc.constantFrom("a", "b", "c", "d");
const how = fc.constantFrom("sync", "sync", "async", "async", "throw", "reject" as const);
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("tell" as const), key, how }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("ask" as const), key, how }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(1, 60, 150) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("passivate" as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("store" as const), broken: fc.boolean() }) },
);
const setting = fc.record({
  max: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  perKey: fc.integer({ min: 1, max: 4 }),
  total: fc.integer({ min: 30, max: 60 }),
});

describe("whatever is sent, fails, rests and comes back", () => {
  it("every message is worked on once, in the order of its key, one at a time, on a state that has seen all before it", async () => {
    await fc.assert(
      fc.asyncProperty(setting, fc.array(command, { minLength: 5, maxLength: 60, size: "max" }), async (bounds, commands) => {
        const clock = new FakeClock();
        const text = new Map<string, string>();
        let isBroken = false;
        const store = {
          get: async (place: string) => text.get(place),
          set: async (place: string, value: string) => {
            if (isBroken) throw new RangeError("broken");
            text.set(place, value);
          },
          delete: async (place: string) => text.delete(place),
        };
        const wrong: string[] = [];
        const working = new Set<string>();
        let mostWorking = 0;
        const seen = new Map<string, number[]>();
        const noting = job<Note, number, { notes: number[] }>()({
          name: "note",
          run: ({ key: own, n, how: way }, page) => {
            if (working.has(own)) wrong.push(`two at a time for ${own}`);
            if (String(page.notes) !== String(seen.get(own) ?? []))
              wrong.push(`${own} has ${String(page.notes)}, has seen ${String(seen.get(own))}`);
            page.notes.push(n);
            seen.set(own, [...(seen.get(own) ?? []), n]);
            if (way === "throw") throw new RangeError(String(n));
            if (way === "sync") return n;
            working.add(own);
            mostWorking = Math.max(mostWorking, working.size);
            return turns(1).then(() => {
              working.delete(own);
              if (way === "reject") throw new RangeError(String(n));
              return n;
            });
          },
        });
        const { perKey, total, ...rest } = bounds;
        const made = actors(noting, {
          key: (note) => note.key,
          activate: (_key, page: Page | undefined) => ({ notes: [...(page?.notes ?? [])] }),
          passivate: ({ notes }) => ({ notes: [...notes] }),
          snapshots: store,
          idleMs: 100,
          mailbox: { perKey, total },
          environment: { clock, random: Math.random },
          ...rest,
        });
        const sent = new Map<string, number[]>();
        const promises: Promise<unknown>[] = [];
        for (const [n, one] of commands.entries()) {
          if (one.kind === "advance") await clock.advance(one.ms);
          else if (one.kind === "turn") await turns(1);
          else if (one.kind === "store") isBroken = one.broken;
          else if (one.kind === "passivate") promises.push(made.passivate((other) => other === one.key).catch(() => undefined));
          else {
            const note = { key: one.key, n, how: one.how };
            const accepted = (): void => void sent.set(one.key, [...(sent.get(one.key) ?? []), n]);
            if (one.kind === "tell") promises.push(made.tell(note).then(accepted, refusedOrRethrow));
            else {
              const expected =
                one.how === "throw" || one.how === "reject" ? { ok: false, error: { message: String(n) } } : { ok: true, value: n };
              const asked = made.sendReceive(note, { timeoutMs: Number.POSITIVE_INFINITY });
              promises.push(
                asked.then((result) =>
                  !result.ok && "code" in result.error ? refusedOrRethrow(result.error) : expect(result).toMatchObject(expected),
                ),
              );
            }
          }
        }
        isBroken = false;
        await made.close();
        await Promise.all(promises);
        expect(wrong).toEqual([]);
        const all = [...seen.values()].flat();
        expect(new Set(all).size).toBe(all.length);
        for (const notes of seen.values()) expect(notes).toEqual(notes.toSorted((one, other) => one - other));
        for (const [own, notes] of sent) expect(seen.get(own)).toEqual(expect.arrayContaining(notes));
        expect(mostWorking).toBeLessThanOrEqual(bounds.concurrency);
        expect(made.size()).toBe(0);
      }),
      { seed, numRuns, endOnFailure: false },
    );
  }, 60_000);
});

/** New keys are refused while nothing can be stored; anything else is a mistake. */
function refusedOrRethrow(error: unknown): void {
  expect(error).toMatchObject({ code: "ERR_BUSY" });
}
