import { expect, test } from "vitest";
import { threads } from "../../src/index.ts";
import { hostile } from "../fixtures/hostile.ts";
import { double } from "../fixtures/shared.ts";

const open = () => threads(hostile, new URL("../fixtures/hostile.worker.ts", import.meta.url), { size: 1 });

test.for(["moved away", "moved twice"] as const)("a response that cannot be carried (%s) fails its call alone", async (how) => {
  await using hostiles = open();
  const calls = await Promise.all([hostiles.sendReceive("fine"), hostiles.sendReceive(how), hostiles.sendReceive("fine")]);
  expect(calls).toMatchObject([
    { ok: true, value: "fine" },
    { ok: false, error: { code: "ERR_ENCODE" } },
    { ok: true, value: "fine" },
  ]);
  expect(hostiles.stats().workers).toMatchObject([{ incarnation: 1, inFlight: 0 }]);
});

test.for(["a trap", "its own cause", "a getter that throws"] as const)("%s is an error of its call alone", async (how) => {
  await using hostiles = open();
  expect(await hostiles.sendReceive(how)).toMatchObject({ ok: false, error: expect.any(Error) });
  expect(await hostiles.call("fine")).toBe("fine");
  expect(hostiles.stats().workers).toMatchObject([{ incarnation: 1 }]);
});

test("a flood of progress is cut, and the response comes", async () => {
  await using hostiles = open();
  let heard = 0;
  hostiles.on("progress", () => heard++);
  expect(await hostiles.call("flood")).toBe("flooded");
  expect(heard).toBeGreaterThan(0);
  expect(heard).toBeLessThanOrEqual(20_000);
});

test("a thread that says what nobody understands is ended, and its request is told", async () => {
  await using hostiles = open();
  await expect(hostiles.call("garbage")).rejects.toMatchObject({ code: "ERR_WORKER_CRASHED" });
  expect(await hostiles.call("fine")).toBe("fine");
});

test("a worker file that calls serve twice is told so", async () => {
  await using doubles = threads(double, new URL("../fixtures/twice.worker.ts", import.meta.url), { size: 1 });
  const error = await doubles.call(2).catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ cause: { message: expect.stringContaining("serve(…) was called before") } });
});
