import { describe, expect, test } from "vitest";
import { inParts, partSize } from "../src/host/parts.ts";
import { EXTRA, headOf } from "../src/wire/frames.ts";

const plain = (slot: number): readonly unknown[] => [headOf(0, 0, 0, slot), slot, `body ${slot}`];
const more = (slot: number): readonly unknown[] => [headOf(0, EXTRA, 0, slot), slot, `body ${slot}`, { attempt: 2 }];

describe("a batch of requests in parts", () => {
  test("is the same batch when they are put together, cut only between requests", () => {
    const requests = [plain(0), more(1), more(2), plain(3), plain(4), more(5), plain(6)];
    for (let size = 1; size <= 8; size++) {
      const parts = inParts(requests.flat(), size);
      expect(parts.flat()).toEqual(requests.flat());
      expect(parts.map((part) => part[0])).toEqual(requests.filter((_, at) => at % size === 0).map((request) => request[0]));
    }
  });

  test("is a quarter of what the worker has, and never nothing", () => {
    expect([1, 2, 4, 5, 16, 256].map(partSize)).toEqual([1, 1, 1, 2, 4, 64]);
  });
});
