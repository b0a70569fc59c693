import { expect, test } from "vitest";
import { Balance } from "../../src/host/balance.ts";
import { GiveBack } from "../../src/host/give-back.ts";
import { OpenIds } from "../../src/host/open-ids.ts";

/** A worker with requests in this order, the first of them begun. */
function busy(...ids: readonly number[]) {
  const open = new OpenIds();
  for (const id of ids) open.add(id);
  if (ids.length > 0) open.begin(ids[0] as number, 1, []);
  const asked: (readonly number[])[] = [];
  const credits: number[] = [];
  const events = { onCredit: (credit: number) => void credits.push(credit) };
  const balance = new Balance(() => undefined);
  const giveBack = new GiveBack({ place: 0, balance, open, events, ask: (some) => void asked.push(some) });
  giveBack.up(64, true);
  return { open, asked, credits, giveBack };
}

const EVER = Number.POSITIVE_INFINITY;

test("the last are asked back, in the order they were sent, and come back to the pool together and in that order", () => {
  const { open, asked, giveBack } = busy(7, 3, 9, 1, 5);
  expect(giveBack.spare(EVER)).toBe(4);
  giveBack.askBack(3);
  expect(asked).toEqual([[9, 1, 5]]);
  expect(giveBack.spare(EVER)).toBe(0); // one round at a time
  for (const id of [5, 9]) {
    open.delete(id);
    expect(giveBack.cameBack(id)).toBe(true);
    expect(giveBack.takeBack()).toEqual([]);
  }
  giveBack.kept(1);
  expect(giveBack.takeBack()).toEqual([9, 5]);
  expect(giveBack.takeBack()).toEqual([]);
  expect(giveBack.spare(EVER)).toBe(2); // it was late for 1, which may not have been told to have begun
});

test("the pool is told of less room until something ends, or it would send the same again", () => {
  const { open, credits, giveBack } = busy(1, 2);
  giveBack.askBack(1);
  open.delete(2);
  giveBack.cameBack(2);
  expect(giveBack.takeBack()).toEqual([2]);
  giveBack.beforeBatch();
  giveBack.afterBatch(0);
  expect(credits).toEqual([1]);
  open.delete(1);
  giveBack.ended(1);
  giveBack.beforeBatch();
  giveBack.afterBatch(1);
  expect(credits).toEqual([1, 64]);
});

test("what cannot be moved is not asked back, nor anything from one that has just ended something, or cannot give back", () => {
  const { open, giveBack } = busy(1, 2, 3);
  giveBack.fix(3);
  expect(giveBack.spare(EVER)).toBe(1);
  open.delete(1);
  giveBack.ended(1);
  expect(giveBack.spare(performance.now() - 1_000)).toBe(0);
  giveBack.up(64, false);
  expect(giveBack.spare(EVER)).toBe(0);
});

test("what comes back unasked is the caller's to pass on", () => {
  const { giveBack } = busy(1, 2);
  expect(giveBack.cameBack(2)).toBe(false);
});
