import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostWriter } from "../../src/index.ts";
import { hear, vectors } from "./vectors.ts";

describe("what a worker sends is heard as the vectors say", () => {
  test.each(vectors.workerToHost)("$name: at once", (vector) => {
    expect(hear(vector, [Buffer.from(vector.sent)])).toEqual({ heard: vector.expect, error: vector.error });
  });

  test.each(vectors.workerToHost)("$name: byte by byte", (vector) => {
    const bytes = Buffer.from(vector.sent);
    const pieces = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    expect(hear(vector, pieces)).toEqual({ heard: vector.expect, error: vector.error });
  });

  test("however the bytes are cut", () => {
    const cuts = fc.array(fc.nat(2_000), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...vectors.workerToHost), cuts, (vector, places) => {
        const bytes = Buffer.from(vector.sent);
        const ends = [...new Set(places.map((place) => place % (bytes.byteLength + 1)))].sort((a, b) => a - b);
        const pieces = [...ends, bytes.byteLength].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(hear(vector, pieces)).toEqual({ heard: vector.expect, error: vector.error });
      }),
      { numRuns: 500 },
    );
  });
});

test.each(vectors.hostToWorker)("what a host sends is as the vectors say: $name", ({ call: [method, ...args], sent }) => {
  let out = "";
  const writer = new HostWriter((chunk) => void (out += String(chunk)), new Set());
  (writer as unknown as Record<string, (...args: readonly unknown[]) => void>)[method]?.(...args);
  writer.flush();
  expect(out).toBe(sent);
});
