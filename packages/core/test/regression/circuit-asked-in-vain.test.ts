import { expect, it } from "vitest";
import { circuitBreaker, withLayers } from "../../src/index.ts";

const down = new Error("down");
const isFailure = (): boolean => {
  throw new TypeError("no such field");
};

// The process ended with it: nobody awaited the promise that the question was asked in.
it("a circuit counts a run as failed when asking about its error throws, and passes on the error itself", async () => {
  const options = { minimumRuns: 2, isFailure };
  const later = withLayers({ run: () => Promise.reject(down) }, circuitBreaker(options));
  const atOnce = withLayers(
    {
      run: () => {
        throw down;
      },
    },
    circuitBreaker(options),
  );

  for (const attempt of [1, 2]) {
    await expect(later.run(), `attempt ${attempt}`).rejects.toBe(down);
    expect(() => atOnce.run()).toThrow(down);
  }

  expect(() => later.run()).toThrow(expect.objectContaining({ code: "ERR_BUSY" }));
  expect(() => atOnce.run()).toThrow(expect.objectContaining({ code: "ERR_BUSY" }));
});
