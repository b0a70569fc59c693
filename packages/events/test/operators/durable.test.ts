import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostedProcessor, job, processor, type ResponseMessage, start, type Transport } from "@job-orch/core";
import { events, pump } from "@job-orch/events";
import { memory } from "@job-orch/memory";
import { sqlite } from "@job-orch/sqlite";
import { expect, test, vi } from "vitest";

const forEver = Number.POSITIVE_INFINITY;
const valueOf = ({ result }: ResponseMessage<number>): number => (result.ok ? result.value : -1);
const echoOver = (transport: Transport) => processor(job<number, number>()({ name: "echo", run: (n) => n }), { transport });
const numbers = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);
const sorted = (values: readonly number[]): readonly number[] => values.toSorted((one, other) => one - other);

/** Makes the group, and has so many responses wait in it. */
async function fill(echo: HostedProcessor<number, number>, count: number): Promise<void> {
  await using _group = await echo.responseReceiver({ group: "stats" });
  const running = start(echo);
  await Promise.all(numbers(0, count).map((n) => echo.call(n)));
  await running.stop();
}

/** Everything that the group still gets, until nothing comes for a while. */
async function rest(echo: HostedProcessor<number, number>, count: number): Promise<readonly number[]> {
  await using receiver = await echo.responseReceiver({ group: "stats" });
  const got: number[] = [];
  while (new Set(got).size < count) got.push(valueOf(await receiver.receive({ signal: AbortSignal.timeout(10_000) })));
  return got;
}

for (const [name, open] of [
  ["memory", () => memory()],
  ["memory as bytes", () => memory({ isolation: "codec" })],
  ["sqlite", () => sqlite(":memory:")],
] as const) {
  test(`${name}: what was in a batch when its reader left comes again to the group, and nothing else`, async () => {
    await using transport = open();
    const echo = echoOver(transport);
    await fill(echo, 10);
    const batches = events(await echo.responseReceiver({ group: "stats" }))
      .map(valueOf)
      .batch({ max: 4, lingerMs: forEver });
    const first = await batches.receive();
    const second = await batches.receive();
    // Says that the second is done with, and waits with two of its own.
    const third = batches.receive().catch((error: unknown) => error);
    await vi.waitUntil(() => batches.room === 512 - 2, { timeout: 5_000 });
    await batches[Symbol.asyncDispose]();
    expect(await third).toMatchObject({ code: "ERR_CLOSED" });
    const again = await rest(echo, 2);
    expect(sorted([...first, ...second, ...again])).toEqual(numbers(0, 10));
    await echo.close();
  });

  test(`${name}: windows that hold more than a receiver usually lends, with maxInFlight`, async () => {
    await using transport = open();
    const echo = echoOver(transport);
    await fill(echo, 1_500);
    const receiver = await echo.responseReceiver({ group: "stats", maxInFlight: 2_000 });
    await using windows = events(receiver)
      .map(valueOf)
      .tumbling({ sizeMs: 1_200, timeOf: (n) => n });
    const { messages, closedBy } = await windows.receive();
    expect([messages.length, closedBy]).toEqual([1_200, "time"]);
    await windows[Symbol.asyncDispose]();
    expect(sorted(await rest(echo, 1_500))).toEqual(numbers(0, 1_500));
    await echo.close();
  });
}

test("leases of what is held are extended", async () => {
  await using transport = memory();
  const echo = processor(job<number, number>()({ name: "echo", run: (n) => n }), { transport, leaseMs: 60 });
  await fill(echo, 3);
  const batches = events(await echo.responseReceiver({ group: "stats" }))
    .map(valueOf)
    .batch({ max: 3, lingerMs: forEver });
  const begunMs = performance.now();
  expect(await batches.receive()).toHaveLength(3);
  await vi.waitUntil(() => performance.now() - begunMs > 300, { timeout: 5_000 }); // five leases
  const other = await echo.responseReceiver({ group: "stats" });
  const stop = new AbortController();
  const stolen = other.receive({ signal: stop.signal }).then(valueOf, () => "nothing came");
  await new Promise((resolve) => setImmediate(resolve));
  const next = batches.receive().catch(() => undefined); // lets go of the three
  stop.abort();
  expect(await stolen).toBe("nothing came");
  await batches[Symbol.asyncDispose]();
  await next;
  await other[Symbol.asyncDispose]();
  await echo.close();
});

test("a reader that is killed in a batch: its messages come again to the group", async () => {
  const folder = mkdtempSync(join(tmpdir(), "job-orch-events-"));
  try {
    const path = join(folder, "jobs.db");
    await using transport = sqlite(path);
    const echo = echoOver(transport);
    await fill(echo, 10);
    const program = fileURLToPath(new URL("./fixtures/dies-in-second-batch.ts", import.meta.url));
    const { second, signal } = await new Promise<{ second: readonly number[]; signal: unknown }>((resolve, reject) => {
      const child = execFile(process.execPath, [program, path], (_, stdout, stderr) => {
        if (stdout === "") reject(new Error(stderr));
        else resolve({ second: JSON.parse(stdout) as readonly number[], signal: child.signalCode });
      });
    });
    expect([second.length, signal]).toEqual([4, "SIGKILL"]);
    const again = await rest(echo, 6);
    expect(sorted(again)).toEqual(numbers(4, 10));
    await echo.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("pump hands windows to a processor and lets go only when it has accepted them; a repeat is collapsed", async () => {
  await using transport = sqlite(":memory:");
  const echo = echoOver(transport);
  const sums: number[] = [];
  const sum = processor(job<readonly number[], null>()({ name: "sum", run: (all) => (sums.push(all.reduce((a, b) => a + b, 0)), null) }), {
    transport,
  });
  await fill(echo, 9);
  const pumpOnce = async (): Promise<void> => {
    const batches = events(await echo.responseReceiver({ group: "stats" }))
      .map(valueOf)
      .batch({ max: 3 });
    const stop = new AbortController();
    const pumping = pump(batches, sum, { request: (all) => all, id: (all) => all.join("-"), signal: stop.signal });
    await vi.waitUntil(() => batches.counts.emitted === 3 && batches.room === 512, { timeout: 5_000 });
    stop.abort();
    await pumping;
    await batches[Symbol.asyncDispose]();
  };
  await pumpOnce();
  await sum.send([0, 1, 2], { dedupeKey: "0-1-2" }); // as if a host had died between the send and the ack
  const running = start(sum);
  await vi.waitUntil(() => sums.length >= 3, { timeout: 5_000 });
  await running.stop();
  expect(sorted(sums)).toEqual([3, 12, 21]);
  await echo.close();
  await sum.close();
});

test("a send that fails ends the pump; what it was made of is not let go", async () => {
  await using transport = memory();
  const echo = echoOver(transport);
  await fill(echo, 3);
  const batches = events(await echo.responseReceiver({ group: "stats" }))
    .map(valueOf)
    .batch({ max: 3 });
  const refused = { send: () => Promise.reject(new Error("no room")) };
  await expect(pump(batches, refused, { request: (all: readonly number[]) => all })).rejects.toThrow("no room");
  await batches[Symbol.asyncDispose]();
  expect(sorted(await rest(echo, 3))).toEqual([0, 1, 2]);
  await echo.close();
});
