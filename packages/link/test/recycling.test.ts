import { job } from "@job-orch/core";
import { FakeClock } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, payloadOf, Pool } from "../src/index.ts";
import { scripted, turn } from "./support/scripted.ts";

test("a retired worker whose resources are never let go of is ended in time, and that is counted", async () => {
  const disposed: number[] = [];
  let made = 0;
  const borrow = job<null, number, { readonly at: number }>()({ name: "borrow", run: (_, { at }) => at });
  const resources = () => {
    const at = ++made;
    const hangs = (): Promise<void> => {
      disposed.push(at);
      return at === 1 ? new Promise(() => undefined) : Promise.resolve();
    };
    return { at, [Symbol.asyncDispose]: hangs };
  };
  const options = { size: 1, recycle: { requests: 1 }, graceMs: 10 };
  const pool = new Pool({ name: "borrow", options, factory: inlineFactory([borrow], resources) });
  await using hosted = hostJob(borrow, pool, payloadOf("auto"), true);
  const condemned: string[] = [];
  hosted.on("workerCondemned", ({ incarnation, why }) => condemned.push(`${incarnation}: ${why}`));
  expect(await hosted.call(null)).toBe(1);
  await expect.poll(() => hosted.stats().exits, { timeout: 5_000 }).toMatchObject({ condemned: 1 });
  expect(condemned).toEqual(["1: what its jobs borrowed was not let go of in time"]);
  expect(disposed[0]).toBe(1);
  expect(hosted.stats().workers.every(({ incarnation }) => incarnation > 1)).toBe(true);
  expect(await hosted.call(null)).toBeGreaterThan(1);
});

test("a retired worker that still works is left to it", async () => {
  const clock = new FakeClock();
  const { hosted, pool, workers } = scripted({ graceMs: 1_000, environment: { clock, random: () => 0 }, callTimeoutMs: Infinity });
  const call = hosted.call("slow");
  await turn();
  workers[0]?.ready();
  await turn();
  const begun = workers[0]?.begin();
  const [member] = pool.roster.ready;
  pool.roster.recycle(member!);
  workers[1]?.ready();
  expect(workers[0]?.controls).toEqual([{ control: "drain" }]);
  await clock.advance(60_000);
  expect(workers[0]?.killed).toBe(false);
  workers[0]?.answer(begun!, "in the end");
  expect(await call).toBe("in the end");
  await clock.advance(4_999);
  expect(workers[0]?.killed).toBe(false);
  await clock.advance(5_000);
  expect(workers[0]?.killed).toBe(true); // it has nothing left to do and does not end
  workers[0]?.end({ code: null });
  expect(hosted.stats().exits).toEqual({ condemned: 1 });
  const closing = hosted.close();
  workers[1]?.end({ code: 0 });
  await closing;
});

test("what a retired worker hands back is begun by its successor, whatever it still runs itself", async () => {
  const { hosted, pool, workers } = scripted();
  const calls = ["long", "waits"].map((value) => hosted.call(value));
  await turn();
  workers[0]?.ready();
  await turn();
  const long = workers[0]?.begin();
  const [member] = pool.roster.ready;
  pool.roster.recycle(member!);
  workers[1]?.ready();
  await turn();
  workers[0]?.skip(...workers[0].given.splice(0));
  await turn();
  const next = workers[1]?.begin();
  expect(next?.body).toBe("waits");
  workers[1]?.answer(next!, "done");
  expect(await calls[1]).toBe("done");
  workers[0]?.answer(long!, "done too");
  workers[0]?.end({ code: 0 });
  expect(await calls[0]).toBe("done too");
  const closing = hosted.close();
  workers[1]?.end({ code: 0 });
  await closing;
});
