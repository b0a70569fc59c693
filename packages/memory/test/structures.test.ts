import { FakeClock } from "@job-orch/test-support";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Entry } from "../src/entry.ts";
import { PriorityLevels } from "../src/priority-levels.ts";
import { ReadyRing } from "../src/ready-ring.ts";
import { Stamps } from "../src/stamps.ts";
import { type Timed, Timers } from "../src/timers.ts";

const owner = { ripen: () => {} };

test("a ring behaves like an array that items can also be taken out of, through growth, holes and shrinking", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant({ kind: "push" as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: "front" as const }) },
    { weight: 4, arbitrary: fc.constant({ kind: "shift" as const }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const ring = new ReadyRing();
      const model: { entry: Entry; stamp: number }[] = [];
      let stamp = 0;
      for (const one of steps) {
        if (one.kind === "push" || one.kind === "front") {
          const entry = new Entry({ id: String(++stamp), body: stamp }, stamp, owner);
          entry.position = one.kind === "push" ? ring.push(entry, stamp) : ring.pushFront(entry, stamp);
          one.kind === "push" ? model.push({ entry, stamp }) : model.unshift({ entry, stamp });
        } else if (model.length > 0 && one.kind === "shift") {
          const first = model.shift();
          expect(ring.firstStamp()).toBe(first?.stamp);
          expect(ring.shift()).toBe(first?.entry);
        } else if (model.length > 0 && one.kind === "remove") {
          const [gone] = model.splice(one.at % model.length, 1);
          ring.remove(gone!.entry.position);
        }
        expect(ring.live).toBe(model.length);
      }
      const seen: unknown[] = [];
      ring.each((item, itsStamp, position) => {
        seen.push({ entry: item, stamp: itsStamp });
        expect((item as Entry).position).toBe(position);
      });
      expect(seen).toEqual(model);
    }),
  );
});

test("a ring of which one item stays does not grow, however many come and go behind it", () => {
  const ring = new ReadyRing();
  const stays = new Entry({ id: "stays", body: 0 }, 0, owner);
  stays.position = ring.push(stays, 0);
  let last: Entry | undefined;
  for (let index = 1; index < 100_000; index++) {
    const entry = new Entry({ id: "x", body: 0 }, index, owner);
    entry.position = ring.push(entry, index);
    if (last !== undefined) ring.remove(last.position);
    last = entry;
  }
  expect(last!.position).toBeLessThan(64);
  expect(ring.shift()).toBe(stays);
});

test("a ring that held many gives its memory back step by step, and holds as many again", () => {
  const ring = new ReadyRing();
  for (const count of [200_000, 10, 200_000, 1, 70_000, 1, 1, 1, 300_000]) {
    for (let stamp = 1; stamp <= count; stamp++) ring.push({ id: String(stamp), body: undefined }, stamp);
    for (let stamp = 1; stamp <= count; stamp++) {
      const right = ring.firstStamp() === stamp && (ring.shift() as { readonly id: string }).id === String(stamp);
      if (!right) expect.fail(`the item ${stamp} of ${count} was not next`);
    }
    expect(ring.live).toBe(0);
  }
});

test("levels hand out by priority and order, but for the one pick in 32 that goes to the oldest", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(9), { nil: undefined, freq: 2 }), { maxLength: 300, size: "max" }), (steps) => {
      const levels = new PriorityLevels();
      const model: { level: number; stamp: number }[] = [];
      let [stamp, picks] = [0, 0];
      for (const level of steps) {
        if (level !== undefined) {
          levels.push(level, { id: String(++stamp), body: undefined }, stamp);
          model.push({ level, stamp });
        } else if (model.length > 0) {
          const several = new Set(model.map((one) => one.level)).size > 1;
          const byOldest = several && ++picks % 32 === 0;
          const expected = byOldest ? model[0]! : model.reduce((best, one) => (one.level > best.level ? one : best));
          model.splice(model.indexOf(expected), 1);
          expect(levels.shift()).toMatchObject({ id: String(expected.stamp) });
          expect(levels.shiftedStamp).toBe(expected.stamp);
        }
        expect(levels.live).toBe(model.length);
        expect(levels.oldestStamp()).toBe(model[0]?.stamp);
      }
    }),
  );
});

test("timers fire in time and in order, whatever is added and removed, behind one timer of the clock", async () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("add" as const), inMs: fc.integer({ min: 0, max: 50 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("advance" as const), byMs: fc.integer({ min: 0, max: 20 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 150, size: "max" }), async (steps) => {
      const clock = new FakeClock();
      const timers = new Timers(clock, true);
      const fired: Timed[] = [];
      let model: Timed[] = [];
      let stamp = 0;
      for (const one of [...steps, { kind: "advance" as const, byMs: 100 }]) {
        if (one.kind === "add") {
          const item: Timed = {
            dueMs: clock.now() + one.inMs,
            stamp: ++stamp,
            heapIndex: -1,
            fire: (nowMs) => {
              expect(nowMs).toBeGreaterThanOrEqual(item.dueMs);
              fired.push(item);
            },
          };
          model.push(item);
          timers.add(item);
        } else if (one.kind === "remove" && model.length > 0) {
          const [gone] = model.splice(one.at % model.length, 1);
          timers.remove(gone!);
          timers.remove(gone!);
        } else if (one.kind === "advance") {
          const untilMs = clock.now() + one.byMs;
          const due = model.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs || a.stamp - b.stamp);
          model = model.filter((item) => !due.includes(item));
          fired.length = 0;
          await clock.advance(one.byMs);
          expect(fired.map((item) => item.stamp)).toEqual(due.map((item) => item.stamp));
        }
        expect(timers.size).toBe(model.length);
        expect(clock.pending).toBe(model.length === 0 ? 0 : 1);
      }
    }),
    { numRuns: 50 },
  );
});

test("stamps grow also when the clock steps back, and tell the time to the millisecond", () => {
  const stamps = new Stamps(1_000);
  const given = [1_000, 1_005, 1_005, 900, 1_006].map((nowMs) => stamps.next(nowMs));
  expect(given).toEqual([...given].sort((one, other) => one - other));
  expect(new Set(given).size).toBe(5);
  expect(given.map((stamp) => stamps.toMs(stamp))).toEqual([1_000, 1_005, 1_005, 1_005, 1_006]);
});
