import { expect, test } from "vitest";
import { OpenIds } from "../../src/host/open-ids.ts";

function begunBy(open: OpenIds, id: number, count: number): readonly number[] {
  const begun: number[] = [];
  open.begin(id, count, begun);
  return begun;
}

function opened(...ids: readonly number[]): OpenIds {
  const open = new OpenIds();
  for (const id of ids) open.add(id);
  return open;
}

test("so many begin from an id on, in the order they were sent, whatever their numbers", () => {
  const open = opened(7, 3, 9, 1);
  expect(begunBy(open, 3, 2)).toEqual([3, 9]);
  expect(begunBy(open, 7, 2)).toEqual([7, 1]); // those between have begun
  expect(begunBy(open, 7, 4)).toEqual([]);
});

test("what was answered is passed over, and its id may be used again at the end", () => {
  const open = opened(1, 2, 3);
  expect(open.delete(2)).toBe(true);
  expect(open.delete(2)).toBe(false);
  expect(open.knows(2)).toBe(true);
  open.add(2);
  expect(begunBy(open, 1, 65_536)).toEqual([1, 3, 2]);
  for (const id of [2, 1, 3]) open.delete(id); // the last, the first, the only one
  expect(open.size).toBe(0);
  open.add(3);
  expect(begunBy(open, 3, 2)).toEqual([3]);
});

test("what has not begun after all can begin again", () => {
  const open = opened(1, 2, 3);
  expect(begunBy(open, 1, 3)).toEqual([1, 2, 3]);
  expect(open.unbegin(2)).toBe(true);
  expect(begunBy(open, 1, 3)).toEqual([2]);
});

test("ids that were never sent are known by nobody, however large", () => {
  const open = opened(1);
  for (const id of [0, 2, 64, 999_999_999_999_999]) {
    expect(open.has(id)).toBe(false);
    expect(open.knows(id)).toBe(false);
    expect(open.delete(id)).toBe(false);
    expect(open.unbegin(id)).toBe(false);
    expect(begunBy(open, id, 5)).toEqual([]);
  }
  open.add(8_192);
  expect(begunBy(open, 1, 5)).toEqual([1, 8_192]);
});
