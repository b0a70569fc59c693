import { describe, expect, it } from "vitest";
import { actors } from "../src/index.ts";
import { addJob, options } from "./support/cart.ts";

describe("what is wrong is refused", () => {
  const wrong: readonly (readonly [string, object])[] = [
    ["nothing", undefined as never],
    ["no key", { activate: () => ({}) }],
    ["no activate", { key: () => "a" }],
    ["passivate without a store", { ...options, passivate: () => 1 }],
    ["a store without passivate", { ...options, snapshots: new Map() }],
    ["a store that is none", { ...options, passivate: () => 1, snapshots: {} }],
    ["max", { ...options, max: 0 }],
    ["idleMs", { ...options, idleMs: 0 }],
    ["onError", { ...options, onError: "ignore" }],
    ["onFull", { ...options, mailbox: { onFull: "drop" } }],
  ];
  it.each(wrong)("%s", (_what, given) => {
    expect(() => actors(addJob, given as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });

  it.each([undefined, 7, "", "x".repeat(1_025)])("a key that is none: %s", async (cart) => {
    await using cart_ = actors(addJob, options);
    await expect(cart_.tell({ cart: cart as string, add: 1 })).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(cart_.ask({ cart: cart as string, add: 1 }, { timeoutMs: 1 })).rejects.toMatchObject({ code: "ERR_OPTION" });
  });

  it("names of every object are keys like any other", async () => {
    await using cart = actors(addJob, options);
    for (const key of ["__proto__", "constructor", "toString"]) {
      expect(await cart.ask({ cart: key, add: 1 }, { timeoutMs: 1_000 })).toBe(1);
    }
  });
});
