import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deeds as deedsJob, until } from "@job-orch/test-support";
import { describe, expect, test } from "vitest";
import { processes } from "../../src/index.ts";
import { pool } from "../support/pool.ts";

const worker = fileURLToPath(new URL("../fixtures/rogue.worker.ts", import.meta.url));
const rogue = (way: string, options: Parameters<typeof pool>[0] = {}, ...more: string[]) =>
  pool({ args: [worker, way, ...more], ...options });

describe("a worker that breaks the protocol is ended, its request is told, and the pool works on", () => {
  const ways: readonly (readonly [string, RegExp])[] = [
    ["a closed link", /connection was lost/],
    ["a line without end", /limit of 8388608 bytes/],
    ["junk", /no frame/],
    ["no JSON", /not JSON/],
    ["an answer to nothing", /answered request 999, which it was never sent/],
  ];

  test.for(ways)("%s", async ([way, why]) => {
    await using rogues = rogue(way);
    const error = await rogues.call({ do: "echo", value: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_WORKER_CRASHED", message: expect.stringMatching(why) });
    expect(await rogues.call({ do: "echo", value: "fine" })).toBe("fine");
  });

  test("answers that come again, and what is said of requests that never were, reach nobody", async () => {
    await using rogues = rogue("words about nothing");
    const first = await rogues.sendReceive({ do: "echo", value: 1 });
    expect(first).toEqual({ ok: true, value: "answered" });
    expect(await rogues.call({ do: "echo", value: "fine" })).toBe("fine");
  });

  test.for(["other jobs", "no credit"])("a hello with %s: no start", async (way) => {
    await using rogues = rogue(way);
    await expect(rogues.call({ do: "echo", value: 1 })).rejects.toMatchObject({ code: "ERR_WORKER_START" });
  });
});

test.for(["fd3", "stdio"] as const)("one that reads no more, unread bytes or not, and lives on, is ended: over %s", async (transport) => {
  const folder = mkdtempSync(join(tmpdir(), "job-orch-test-"));
  const mark = join(folder, "closed");
  const halfClosed = fileURLToPath(new URL("../fixtures/half-closed.worker.ts", import.meta.url));
  await using rogues = pool({ args: [halfClosed, transport, mark], transport, concurrency: 4 });
  const first = rogues.sendReceive({ do: "echo", value: 1 }, { timeoutMs: 60_000 });
  await until(() => existsSync(mark));
  const second = rogues.sendReceive({ do: "echo", value: 2 }, { timeoutMs: 60_000 });
  const crashed = { ok: false, error: expect.objectContaining({ code: "ERR_WORKER_CRASHED" }) };
  expect(await Promise.all([first, second])).toEqual([crashed, crashed]);
  expect(await rogues.call({ do: "echo", value: 3 })).toBe("fine");
  rmSync(folder, { recursive: true });
});

test("another version: the worker is told, and the error says both", async () => {
  await using rogues = rogue("another version");
  const lines: string[] = [];
  rogues.on("workerOutput", ({ line }) => lines.push(line));
  await expect(rogues.call({ do: "echo", value: 1 })).rejects.toMatchObject({
    code: "ERR_WORKER_START",
    message: expect.stringMatching(/speaks version 7 .* this host speaks 1/),
  });
  expect(lines).toContain('was told Q 0 {"graceMs":0,"error":"version"}');
});

test("half a frame answers nobody: the call's own time ends it, and the worker is ended", async () => {
  await using rogues = rogue("half a frame", { graceMs: 50 });
  await expect(rogues.call({ do: "echo", value: 1 }, { timeoutMs: 500 })).rejects.toMatchObject({ code: "ERR_DEADLINE" });
  await until(() => (rogues.stats().exits["condemned"] ?? 0) === 1);
  expect(await rogues.call({ do: "echo", value: "fine" })).toBe("fine");
});

test("a worker that does not read is given no more than a little", async () => {
  await using rogues = rogue("deaf", { concurrency: 64, graceMs: 50, callTimeoutMs: 1_000 });
  const piece = "x".repeat(64 * 1024);
  const calls = Array.from({ length: 200 }, () => rogues.sendReceive({ do: "echo", value: piece }));
  await until(() => rogues.stats().workers[0]?.window === 0);
  const { workers, waiting } = rogues.stats();
  expect((workers[0]?.inFlight ?? 0) * piece.length).toBeLessThan(2 * 1024 * 1024);
  expect(waiting).toBeGreaterThan(150);
  for (const result of await Promise.all(calls)) expect(result).toMatchObject({ ok: false });
});

test("output without end is counted, not kept, and holds up nobody", { timeout: 60_000 }, async () => {
  const megabytes = process.env["JOB_ORCH_FLOOD_MB"] ?? "40";
  await using rogues = rogue("a flood", { callTimeoutMs: 60_000 }, megabytes);
  let lines = 0;
  rogues.on("workerOutput", () => lines++);
  const before = process.memoryUsage.rss();
  expect(await rogues.call({ do: "echo", value: 1 })).toBe("after the flood");
  expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(Number(megabytes) * 1_000);
});

test("a frozen worker costs its calls their time and no more, and is ended although it is frozen", async () => {
  await using frozen = pool({ timeoutMs: 300, graceMs: 100, env: {} });
  const exits: unknown[] = [];
  frozen.on("workerExited", ({ exit }) => exits.push(exit.signal));
  const freeze = await frozen.call({ do: "echo", value: "warm" });
  expect(freeze).toBe("warm");
  const stuck = frozen.sendReceive({ do: "die", how: "freeze" });
  const behind = frozen.call({ do: "echo", value: "behind" });
  expect(await stuck).toMatchObject({ ok: false, error: { code: "ERR_ATTEMPT_TIMEOUT" } });
  expect(await behind).toBe("behind");
  await until(() => exits.includes("SIGKILL"));
});

describe("a program that cannot be started", () => {
  test.for([
    ["is missing", { command: "no-such-program-anywhere" }, /ENOENT/],
    ["may not be run", { command: fileURLToPath(new URL("../fixtures/prints.worker.ts", import.meta.url)) }, /EACCES/],
    ["has no folder to run in", { cwd: "/no/such/folder" }, /"cwd" is \/no\/such\/folder, and there is no such folder/],
  ] as const)("that %s", async ([, options, why]) => {
    await using none = pool(options);
    await expect(none.call({ do: "echo", value: 1 })).rejects.toMatchObject({
      code: "ERR_WORKER_START",
      message: expect.stringMatching(why),
    });
    await none.close();
  });

  test("at first is tried again at leisure, and costs next to nothing meanwhile", { timeout: 30_000 }, async () => {
    let starts = 0;
    await using none = processes(deedsJob, { command: "no-such-program-anywhere", size: 2, whenUnavailable: "wait", output: "events" });
    let delayedMs = 0;
    none.on("workerStarting", () => starts++);
    none.on("restartDelayed", ({ delayMs }) => (delayedMs += delayMs));
    const aborter = new AbortController();
    const call = none.sendReceive({ do: "echo", value: 1 }, { signal: aborter.signal });
    await until(() => starts >= 6 && none.stats().state === "crashLooping");
    const cpu = process.cpuUsage();
    const beganMs = performance.now();
    const untilMs = delayedMs + 1_000; // by its own word it waits for that long from here on
    await until(() => delayedMs >= untilMs && performance.now() - beganMs >= 1_000);
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1_000 / (performance.now() - beganMs)).toBeLessThan(0.2);
    expect(starts).toBeLessThan(30);
    aborter.abort();
    expect(await call).toMatchObject({ ok: false });
  });
});

test("a thousand requests to a program per request are all answered", { timeout: 60_000 }, async () => {
  const count = process.env["JOB_ORCH_FAULTS"] === undefined ? 150 : 1_000;
  await using cats = processes(
    { name: "cat", run: (text: string) => text },
    { command: "cat", transport: "oneshot", format: "text", size: 16, callTimeoutMs: 60_000 },
  );
  const texts = Array.from({ length: count }, (_, at) => `text ${at}`);
  expect(await Promise.all(texts.map((text) => cats.call(text)))).toEqual(texts);
});

test("grandchildren that hold the pipes do not hold up the answer", async () => {
  await using parent = processes(
    { name: "parent", run: (text: string) => text },
    { command: "sh", args: ["-c", "sleep 30 & cat"], transport: "oneshot", format: "text" },
  );
  expect(await parent.call("answered", { timeoutMs: 10_000 })).toBe("answered");
});
