import { array, assert, constantFrom, property } from "fast-check";
import { expect, it } from "vitest";
import { Ring } from "../src/ring.ts";

it("a ring does what an array does, at its ends", () => {
  const operation = constantFrom("push", "push", "push", "unshift", "shift", "clear" as const);
  assert(
    property(array(operation, { maxLength: 400, size: "max" }), (operations) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      let next = 0;
      for (const name of operations) {
        if (name === "shift") expect(ring.shift()).toBe(model.shift());
        else if (name === "clear" && next % 7 === 0) {
          ring.clear();
          model.length = 0;
        } else if (name === "unshift") {
          ring.unshift(next);
          model.unshift(next++);
        } else {
          ring.push(next);
          model.push(next++);
        }
        expect(ring.length).toBe(model.length);
      }
      while (model.length > 0) expect(ring.shift()).toBe(model.shift());
      expect(ring.shift()).toBeUndefined();
    }),
  );
});

it("a ring that was long is in order again after it ran empty", () => {
  const ring = new Ring<number>();
  for (let turn = 0; turn < 3; turn++) {
    for (let item = 0; item < 5_000; item++) ring.push(item);
    for (let item = 0; item < 5_000; item++) expect(ring.shift()).toBe(item);
    expect(ring.length).toBe(0);
  }
});
