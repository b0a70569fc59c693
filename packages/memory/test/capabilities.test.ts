import type { Control, Inspect, Transport } from "@job-orch/core";
import { expect, expectTypeOf, test } from "vitest";
import { memory, type MemoryCapabilities } from "../src/index.ts";

test("the capabilities are frozen and say what the wire carries", () => {
  expect(Object.isFrozen(memory().capabilities)).toBe(true);
  expect(memory().capabilities).toMatchObject({ wire: "reference", lease: "delivery", transactional: true, replay: false });
  expect(memory({ isolation: "codec" }).capabilities.wire).toBe("bytes");
  expect(() => memory({ isolation: "clone" as "none" })).toThrow(/isolation/);
});

test("the types tell the wire from the options", () => {
  expectTypeOf(memory().capabilities.wire).toEqualTypeOf<"reference">();
  expectTypeOf(memory({ slow: "block" }).capabilities.wire).toEqualTypeOf<"reference">();
  expectTypeOf(memory({ isolation: "codec" }).capabilities.wire).toEqualTypeOf<"bytes">();
  expectTypeOf(memory()).toExtend<Transport<MemoryCapabilities> & Inspect & Control>();
  expectTypeOf(memory().capabilities.ordered).toEqualTypeOf<"key">();
});
