import assert from "node:assert/strict";
import { rejection, until } from "../until.ts";
import { KINDS, type RowRequest, type Told } from "./row.ts";

/** The yielding job on a host, as far as its promises need it. */
export interface RowsHost extends AsyncDisposable {
  readonly stream: (
    request: RowRequest,
    options?: { readonly window?: number; readonly timeoutMs?: number; readonly deadline?: number; readonly signal?: AbortSignal },
  ) => AsyncIterableIterator<unknown, number>;
  readonly call: (request: RowRequest) => Promise<unknown>;
  readonly responseReceiver: () => Promise<AsyncDisposable & { readonly receive: () => Promise<{ readonly result: unknown }> }>;
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
  readonly stats: () => { readonly pending: number; readonly workers: readonly { readonly inFlight: number }[] };
}

interface HostOptions {
  readonly concurrency?: number;
  readonly graceMs?: number;
  readonly callTimeoutMs?: number;
  readonly retry?: { readonly onCrash: boolean };
}

export interface StreamsUnderTest {
  readonly test: (name: string, check: () => Promise<void>) => void;
  /** One worker. */
  readonly open: (options?: HostOptions) => RowsHost;
  /** Whether a worker can end and its host go on. */
  readonly isolated: boolean;
  /** Whether items are copies. */
  readonly copies: boolean;
}

/** What hosts promise of jobs that yield. */
export function streamsAsPromised({ test, open, isolated, copies }: StreamsUnderTest): void {
  test("ten thousand items come, in order, and then what the job returned", async () => {
    await using host = open();
    let next = 0;
    for await (const item of host.stream({ do: "count", to: 10_000 }, { window: 64 })) assert.equal(item, next++);
    assert.equal(next, 10_000);
    const stream = host.stream({ do: "count", to: 2 });
    const steps = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    assert.deepEqual(steps, [
      { done: false, value: 0 },
      { done: false, value: 1 },
      { done: true, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  test("readers that ask ahead are served in their order, and each step is somebody's", async () => {
    await using host = open();
    const stream = host.stream({ do: "count", to: 3 });
    const steps = await Promise.all(Array.from({ length: 5 }, () => stream.next()));
    assert.deepEqual(
      steps.map(({ value }) => value),
      [0, 1, 2, 3, undefined],
    );
  });

  test("a job is never ahead of its reader by more than the window", async () => {
    await using host = open({ concurrency: 2 });
    for (const window of [1, 5]) {
      const as = `window ${window}`;
      const stream = host.stream({ do: "watched", as, to: 100 }, { window });
      for (let taken = 1; taken <= 30; taken++) {
        await stream.next();
        const { made } = await tell(host, as);
        assert(made >= taken && made <= taken + window, `with a window of ${window} it made ${made} when ${taken} were taken`);
      }
      await until(async () => (await tell(host, as)).made >= 30 + Math.ceil(window / 2)); // it uses it
      await stream.return?.();
    }
  });

  test("items of all kinds arrive as they were, and a job may write to what it yielded", async () => {
    await using host = open();
    assert.deepEqual(await Array.fromAsync(host.stream({ do: "kinds" })), KINDS);
    if (!copies) return;
    const items = await Array.fromAsync(host.stream({ do: "reuse", times: 20 }));
    assert.deepEqual(
      items.map((item) => (item as { readonly at: number }).at),
      Array.from({ length: 20 }, (_, at) => at),
    );
  });

  test("a reader that leaves early ends the job, whose finally blocks run", async () => {
    await using host = open({ concurrency: 2 });
    for await (const item of host.stream({ do: "watched", as: "left", to: 1_000_000 })) if (item === 20) break;
    await until(async () => (await tell(host, "left")).closed === 1);
    const { made, aborted } = await tell(host, "left");
    assert(made <= 21 + 16, `it made ${made}`);
    assert.equal(aborted, true);
    await until(() => host.stats().pending === 0 && host.stats().workers.every(({ inFlight }) => inFlight === 0));
  });

  test("a signal ends it in the same way, and the reader hears why", async () => {
    await using host = open({ concurrency: 2 });
    const leaving = new AbortController();
    const stream = host.stream({ do: "watched", as: "signalled", to: 1_000_000 }, { signal: leaving.signal });
    await stream.next();
    leaving.abort(new Error("enough"));
    await assert.rejects(Array.fromAsync(stream), /enough/);
    await until(async () => (await tell(host, "signalled")).closed === 1);
    await assert.rejects(host.stream({ do: "count", to: 1 }, { signal: leaving.signal }).next(), /enough/);
  });

  test("a stream that nobody reads, or that was left before, asks nothing of anybody", async () => {
    await using host = open({ concurrency: 2 });
    host.stream({ do: "watched", as: "unread", to: 5 });
    const left = host.stream({ do: "watched", as: "unread", to: 5 });
    await left.return?.();
    assert.deepEqual(await left.next(), { done: true, value: undefined });
    assert.deepEqual(await tell(host, "unread"), { made: 0, closed: 0, aborted: false });
  });

  test("an error comes behind the items before it, as what it is", async () => {
    await using host = open();
    const { items, error } = await read(host.stream({ do: "break", after: 40, how: "throw" }));
    assert.equal(items.length, 40);
    assert.equal((error as Error).name, "QuotaError");
    assert.equal((error as { readonly limit?: number }).limit, 7);
    assert.equal((error as Error).message, "after 40");
  });

  test("an item that cannot leave ends the stream, with the path to what is wrong", async () => {
    await using host = open();
    const { items, error } = await read(host.stream({ do: "break", after: 3, how: "function" }));
    assert.deepEqual(items, [0, 1, 2]);
    assert.equal((error as { readonly code?: string }).code, "ERR_ENCODE");
    assert.match((error as Error).message, /list\[0\]|list/);
    assert.deepEqual(await Array.fromAsync(host.stream({ do: "count", to: 1 })), [0]);
  });

  test("the time is that of each item, and a job that has no more in time is ended", async () => {
    await using host = open({ concurrency: 2, callTimeoutMs: 10_000 });
    await Array.fromAsync(host.stream({ do: "count", to: 1 })); // the worker is up
    const stream = host.stream({ do: "break", after: 2, how: "wait" }, { timeoutMs: 300 });
    const { items, error } = await read(stream);
    assert.deepEqual(items, [0, 1]);
    assert.equal((error as { readonly code?: string }).code, "ERR_DEADLINE");
    await until(() => host.stats().workers.every(({ inFlight }) => inFlight === 0));
    // A reader who takes longer than that himself loses nothing.
    const slow = host.stream({ do: "count", to: 40 }, { timeoutMs: 300, window: 4 });
    const begunMs = performance.now();
    await slow.next();
    await until(() => performance.now() - begunMs > 400);
    assert.equal((await Array.fromAsync(slow)).length, 39);
    const late = await read(host.stream({ do: "break", after: 1, how: "wait" }, { deadline: Date.now() + 200 }));
    assert.equal((late.error as { readonly code?: string }).code, "ERR_DEADLINE");
  });

  test("several streams share a worker, each at its own pace", async () => {
    await using host = open({ concurrency: 4 });
    const slow = host.stream({ do: "count", to: 50 }, { window: 2 });
    await slow.next();
    const counts = await Promise.all([300, 200, 100].map(async (to) => (await Array.fromAsync(host.stream({ do: "count", to }))).length));
    assert.deepEqual(counts, [300, 200, 100]);
    assert.equal((await Array.fromAsync(slow)).length, 49);
  });

  test("who calls a job that yields hears how to read it, and the worker goes on", async () => {
    await using host = open();
    const error = await rejection(host.call({ do: "count", to: 3 }));
    assert.equal((error as { readonly code?: string }).code, "ERR_UNSUPPORTED");
    assert.match((error as Error).message, /stream\(request\)/);
    assert.deepEqual(await Array.fromAsync(host.stream({ do: "count", to: 1 })), [0]);
  });

  test("receivers of responses get what the job returned, not its items", async () => {
    await using host = open();
    await using receiver = await host.responseReceiver();
    await Array.fromAsync(host.stream({ do: "count", to: 30 }));
    assert.deepEqual((await receiver.receive()).result, { ok: true, value: 30 });
  });

  test("a pool that is stopped with a stream open settles it, and so does one that is closed", async () => {
    const host = open();
    const stream = host.stream({ do: "break", after: 1, how: "wait" });
    await stream.next();
    const waits = rejection(stream.next());
    await host.stop({ graceMs: 50 });
    assert(((await waits) as Error) instanceof Error);
    await host[Symbol.asyncDispose]();
    const closed = await rejection(host.stream({ do: "count", to: 1 }).next());
    assert.equal((closed as { readonly code?: string }).code, "ERR_CLOSED");
  });

  if (!isolated) return;

  test("a worker that ends in mid-stream is an error behind what came, and nothing comes twice", async () => {
    await using host = open({ retry: { onCrash: true } });
    const { items, error } = await read(host.stream({ do: "break", after: 6, how: "exit" }, { window: 2 }));
    assert.deepEqual(
      items,
      Array.from({ length: items.length }, (_, at) => at),
    );
    assert(items.length >= 4 && items.length <= 6, `${items.length} items came`);
    assert.equal((error as { readonly code?: string }).code, "ERR_WORKER_CRASHED");
    const early = await read(host.stream({ do: "break", after: 0, how: "exit" }));
    assert.deepEqual(early.items, []);
    assert.equal((early.error as { readonly code?: string }).code, "ERR_POISON_REQUEST"); // begun again, as any request
    assert.deepEqual(await Array.fromAsync(host.stream({ do: "count", to: 2 })), [0, 1]);
  });

  test("a job that does not end when its reader has left is ended with its worker", async () => {
    await using host = open({ graceMs: 100 });
    const stream = host.stream({ do: "cling" });
    await stream.next();
    await stream.return?.();
    await until(() => host.stats().pending === 0 && host.stats().workers.every(({ inFlight }) => inFlight === 0));
    assert.deepEqual(await Array.fromAsync(host.stream({ do: "count", to: 2 })), [0, 1]);
  });
}

async function tell(host: RowsHost, of: string): Promise<Told> {
  const [told] = await Array.fromAsync(host.stream({ do: "tell", of }));
  return told as Told;
}

/** All that comes, and how it ends. */
export async function read(stream: AsyncIterable<unknown>): Promise<{ readonly items: readonly unknown[]; readonly error: unknown }> {
  const items: unknown[] = [];
  try {
    for await (const item of stream) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items, error: undefined };
}
