import { until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { headOf, Kind, TEXT, TransferLostError, transfer } from "../../src/index.ts";
import { ended } from "../support/ended.ts";
import { type ScriptedWorker, scripted, turn } from "../support/scripted.ts";

/** Answers whatever a worker has, until it has nothing. */
async function answerAll(...workers: readonly ScriptedWorker[]): Promise<void> {
  for (let rest = 3; rest > 0; rest--) {
    for (const worker of workers) {
      for (let next = worker.begin(); next !== undefined; next = worker.begin()) {
        worker.answer(next, next.body);
        rest = 3;
      }
    }
    await turn();
  }
}

describe("what waits is counted right", () => {
  test("calls given up while the queue is full leave no trace", async () => {
    const bench = scripted({ queue: { maxItems: 2 }, maxWindow: 2 });
    const signal = AbortSignal.abort();
    const aborter = new AbortController();
    const calls = Array.from({ length: 10 }, (_, value) => bench.hosted.sendReceive(value, { signal: aborter.signal }));
    await turn();
    aborter.abort(signal.reason);
    expect((await Promise.all(calls)).every(({ ok }) => !ok)).toBe(true);
    expect(bench.hosted.stats()).toMatchObject({ waiting: 0, pending: 0 });
    bench.last().ready();
    const answered = bench.hosted.call("to an idle worker");
    await turn();
    await answerAll(bench.last());
    expect(await answered).toBe("to an idle worker");
    await ended(bench);
  });

  test("senders that wait for room get it when those before them give up", async () => {
    const bench = scripted({ queue: { maxItems: 1 }, maxWindow: 2 });
    const aborter = new AbortController();
    const first = bench.hosted.sendReceive("first", { signal: aborter.signal });
    const sent = bench.hosted.send("second");
    await turn();
    aborter.abort();
    await first;
    bench.last().ready();
    expect(await sent).toEqual(expect.any(String));
    await turn();
    expect(bench.last().begin()?.body).toBe("second");
    await ended(bench);
  });

  test("thousands given up at once lose none that stays", async () => {
    const bench = scripted();
    const aborter = new AbortController();
    const given = Array.from({ length: 3_000 }, (_, value) => bench.hosted.sendReceive(value, { signal: aborter.signal }));
    const stays = Promise.all(Array.from({ length: 100 }, (_, value) => bench.hosted.call(value)));
    await turn();
    aborter.abort();
    await Promise.all(given);
    expect(bench.hosted.stats()).toMatchObject({ waiting: 100, pending: 100 });
    bench.last().ready();
    await turn();
    await answerAll(bench.last());
    expect(await stays).toEqual(Array.from({ length: 100 }, (_, value) => value));
    await ended(bench);
  });

  test("bytes whose buffer was given away while they waited leave with what they came with", async () => {
    const bench = scripted({ queue: { maxBytes: 1_500, onFull: "reject" }, maxWindow: 2 });
    const bytes = new Uint8Array(1_000);
    const calls = [bench.hosted.sendReceive(bytes)];
    await turn();
    structuredClone(bytes, { transfer: [bytes.buffer] });
    bench.last().ready();
    await turn();
    for (let count = 0; count < 3; count++) calls.push(bench.hosted.sendReceive(new ArrayBuffer(1_000)));
    await turn();
    expect(bench.hosted.stats()).toMatchObject({ waiting: 2, pending: 4 });
    calls.push(bench.hosted.sendReceive(new ArrayBuffer(1)));
    expect(await calls.at(-1)).toMatchObject({ ok: false, error: { code: "ERR_POOL_FULL" } });
    await ended(bench);
    await Promise.all(calls);
  });

  test("a full queue is full for lanes too", async () => {
    const bench = scripted({ queue: { maxItems: 5, onFull: "reject" } });
    const calls = Array.from({ length: 20 }, (_, value) => bench.hosted.sendReceive(value, { lane: 0 }));
    await turn();
    expect(bench.hosted.stats()).toMatchObject({ waiting: 5, pending: 5 });
    await ended(bench);
    await Promise.all(calls);
  });
});

describe("who waits is served", () => {
  test("a window full of values that cannot be carried does not hold up what waits behind it", async () => {
    const bench = scripted({ maxWindow: 2 });
    void bench.hosted.call("first");
    await turn();
    bench.last().ready();
    await turn();
    await answerAll(bench.last());
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    const bad = [0, 1].map(() => bench.hosted.sendReceive(transfer("bad", [gone.buffer])));
    const good = bench.hosted.call("good");
    for (const result of await Promise.all(bad)) expect(result).toMatchObject({ ok: false, error: { code: "ERR_ENCODE" } });
    await turn();
    await answerAll(bench.last());
    expect(await good).toBe("good");
    await ended(bench);
  });

  test("a lane whose worker was never started", async () => {
    const bench = scripted({ size: { min: 0, max: 4 } });
    const call = bench.hosted.call("in lane 3", { lane: 3 });
    await turn();
    for (const worker of bench.workers) worker.ready();
    await turn();
    await answerAll(...bench.workers);
    expect(await call).toBe("in lane 3");
    expect(bench.workers).toHaveLength(4);
    await ended(bench);
  });

  test("what a worker handed back before it said what nobody can read", async () => {
    const bench = scripted({ maxWindow: 4, targetMs: 1_000 }, false);
    const calls = ["handed back", "lost"].map((value) => bench.hosted.sendReceive(value));
    bench.last().ready({ tellsBegun: true });
    await turn();
    const [back, lost] = bench.last().given.map(({ slot }) => slot) as [number, number];
    bench.last().begin(1);
    const words = [headOf(Kind.Skipped, 0, 0, back), undefined, headOf(Kind.Ok, TEXT, 0, lost), "{ no JSON"];
    expect(() => bench.last().say([1, 1, ...words])).toThrow(SyntaxError); // its link ends it then
    bench.last().end();
    bench.last().ready({ tellsBegun: true });
    await turn();
    expect(bench.last().given.map(({ body }) => body)).toEqual(["handed back"]);
    await answerAll(bench.last());
    expect(await Promise.all(calls)).toMatchObject([{ value: "handed back" }, { ok: false }]);
    await ended(bench);
  });

  test("what is handed back goes first, in order", async () => {
    const bench = scripted({ maxWindow: 8, targetMs: 1_000 }, false);
    const calls = Array.from({ length: 8 }, (_, value) => bench.hosted.call(value));
    await turn();
    bench.last().ready({ credit: 4, tellsBegun: true });
    await turn();
    const [first] = bench.workers;
    const given = first?.given.splice(0) ?? [];
    bench.last().skip(...given);
    await turn();
    expect(bench.last().given.map(({ body }) => body)).toEqual(given.map(({ body }) => body));
    for (let count = 0; count < 8; count++) {
      const next = bench.last().begin();
      if (next !== undefined) bench.last().answer(next, next.body);
      await turn();
    }
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await ended(bench);
  });
});

describe("who has nothing to do", () => {
  test("gets what was taken from a busy worker and another idle one has no room for", async () => {
    const bench = scripted({ size: 3, maxWindow: 8, targetMs: 1_000 });
    const quick = Promise.all([1, 2, 3, 4].map((value) => bench.hosted.call(value)));
    await turn();
    const [busy, ...idle] = bench.workers as [ScriptedWorker, ...ScriptedWorker[]];
    busy.ready();
    await answerAll(busy);
    await quick;
    const calls = Promise.all(["long", 1, 2, 3, 4, 5, 6, 7].map((value) => bench.hosted.call(value)));
    await turn();
    const long = busy.begin();
    for (const worker of idle) worker.ready();
    await until("both are given some", () => idle.every(({ given }) => given.length > 0));
    busy.answer(long!, "long");
    await answerAll(...bench.workers);
    expect(await calls).toEqual(["long", 1, 2, 3, 4, 5, 6, 7]);
    await ended(bench);
  });
});

describe("buffers that were moved", () => {
  test("are not taken back from a busy worker for an idle one", async () => {
    const bench = scripted({ size: 2, maxWindow: 8, targetMs: 1_000 });
    const quick = Promise.all([1, 2, 3, 4].map((value) => bench.hosted.call(value)));
    await turn();
    bench.workers[0]?.ready();
    await answerAll(bench.workers[0] as ScriptedWorker);
    await quick; // and its window has room for all that follows
    const first = bench.hosted.call("long");
    await turn();
    const long = bench.workers[0]?.begin();
    const plain = bench.hosted.call("plain");
    const moved = bench.hosted.call(transfer(new Uint8Array([1, 2, 3]))); // the last, where taking begins
    await turn();
    for (const worker of bench.workers.slice(1)) worker.ready();
    await until("what can be taken is taken", () => bench.hosted.stats().stolen > 0);
    await turn();
    expect(bench.workers[1]?.given.map(({ body }) => body)).toEqual(["plain"]);
    expect(bench.hosted.stats().stolen).toBe(1);
    bench.workers[0]?.answer(long!, "long");
    await answerAll(...bench.workers);
    expect(await moved).toEqual(new Uint8Array([1, 2, 3]));
    expect([await first, await plain]).toEqual(["long", "plain"]);
    await ended(bench);
  });

  test("are lost with a worker that did not begin, and that is said", async () => {
    const bench = scripted({ retry: { onCrash: true }, maxWindow: 8 });
    const ready = bench.hosted.sendReceive("first");
    await turn();
    bench.last().ready();
    await turn();
    bench.last().begin();
    const moved = bench.hosted.sendReceive(transfer(new Uint8Array(4)));
    await turn();
    bench.last().end();
    const result = await moved;
    expect(result).toMatchObject({ ok: false, error: { code: "ERR_TRANSFER_LOST", retry: "never" } });
    expect(!result.ok && result.error).toBeInstanceOf(TransferLostError);
    bench.last().ready();
    await turn();
    await answerAll(bench.last());
    expect(await ready).toEqual({ ok: true, value: "first" });
    await ended(bench);
  });
});
