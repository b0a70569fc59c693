import { afterEach, describe, expect, it, vi } from "vitest";
import { FreeList } from "../../src/shared-memory/free-list.ts";

function freeList(slots: number): FreeList {
  const list = new FreeList(new Int32Array(new SharedArrayBuffer(4 * (16 + 2 * slots))), slots, 0, 16);
  list.fill();
  return list;
}

/** Lets another thread act just before the next compare-and-exchange of this one. */
function justBeforeTheSwap(act: () => void): void {
  const { compareExchange } = Atomics;
  vi.spyOn(Atomics, "compareExchange").mockImplementationOnce(((words: Int32Array, ...rest: readonly [number, number, number]) => {
    act();
    return compareExchange(words, ...rest);
  }) as typeof Atomics.compareExchange);
}

describe("a free list", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("is not fooled by a head that is the same again", () => {
    const list = freeList(3);
    const other: number[] = [];
    justBeforeTheSwap(() => {
      other.push(list.take(), list.take()); // 0 and 1
      list.give(0, list.ticketOf(0)); // 0 is the head again, but 1 is no longer below it
    });
    expect(list.take()).toBe(0);
    expect(other).toEqual([0, 1]);
    expect([list.take(), list.take()]).toEqual([2, -1]);
  });

  it("gives a slot back under what was given back meanwhile", () => {
    const list = freeList(3);
    const [a, b] = [list.take(), list.take(), list.take()] as [number, number, number];
    const { compareExchange } = Atomics;
    let swaps = 0;
    vi.spyOn(Atomics, "compareExchange").mockImplementation(((words: Int32Array, ...rest: readonly [number, number, number]) => {
      if (++swaps === 2) list.give(b, list.ticketOf(b)); // after the ticket was taken, before the head is swapped
      return compareExchange(words, ...rest);
    }) as typeof Atomics.compareExchange);
    list.give(a, list.ticketOf(a));
    vi.restoreAllMocks();
    expect([list.take(), list.take(), list.take()]).toEqual([a, b, -1]);
  });

  it.each([1, 2, 63, 64, 65_535])("holds as many as it says: %d", (slots) => {
    const list = freeList(slots);
    const taken = Array.from({ length: slots }, () => list.take());
    expect(new Set(taken).size).toBe(slots);
    expect(list.take()).toBe(-1);
    for (const slot of taken) list.give(slot, list.ticketOf(slot));
    expect(Array.from({ length: slots }, () => list.take()).toSorted((a, b) => a - b)).toEqual(taken.toSorted((a, b) => a - b));
  });

  it("goes on when its tag has gone once around", () => {
    const list = freeList(65_535); // leaves 16 bits for the tag
    for (let round = 0; round < 70_000; round++) {
      const slot = list.take();
      expect(slot).toBe(0);
      list.give(slot, list.ticketOf(slot));
    }
    expect([list.take(), list.take()]).toEqual([0, 1]);
  });
});
