import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { HostReader, HostWriter, TokenGate } from "../../src/index.ts";
import { Subject } from "../../src/conformance/subject.ts";
import { readSettings } from "../../src/worker/settings.ts";

const jobs = fileURLToPath(new URL("fixtures/jobs.ts", import.meta.url));
const subjects: Subject[] = [];

function start(env: Readonly<Record<string, string>> = {}): Subject {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const subject = new Subject({ command: ["env", ...set, process.execPath, jobs], transport: "fd3", offered: ["ack"], hosted: true });
  subjects.push(subject);
  return subject;
}

afterEach(() => Promise.all(subjects.splice(0).map((subject) => subject.kill())));

describe("serve", () => {
  test("runs as many at once as the host says, each with what it borrowed for itself", async () => {
    const subject = start({ LJP_CONCURRENCY: "3" });
    await subject.send(...[1, 2, 3, 4].map((id) => `R ${id} together 200`));
    const answers = await Promise.all([1, 2, 3, 4].map((id) => subject.answer(id)));
    const values = answers.map(({ value }) => value as { readonly running: number; readonly number: number });
    expect(Math.max(...values.map(({ running }) => running))).toBe(3);
    expect(new Set(values.slice(0, 3).map(({ number }) => number)).size).toBe(3);
  });

  test("does not say that a request begins while it waits for a place", async () => {
    const subject = start();
    await subject.send("R 1 together 300", "R 2 together 1");
    await subject.answer(2);
    expect(subject.said.map(({ op, id }) => `${op}${id}`)).toEqual(["B1", "K1", "B2", "K2"]);
  });

  test("gives back what was borrowed before it ends", async () => {
    const subject = start();
    await subject.send("R 1 together 1");
    await subject.answer(1);
    await subject.send('Q 0 {"graceMs":1000}');
    expect(await subject.end(10_000)).toEqual({ code: 0, signal: null });
    expect(subject.printed).toContain("gave back 1");
  });

  test("a job that ends the process has begun, and those behind it have not", async () => {
    const subject = start();
    await subject.send("R 1 die 3", "R 2 together 1");
    expect(await subject.end(10_000)).toEqual({ code: 3, signal: null });
    expect(subject.said.map(({ op, id }) => `${op}${id}`)).toEqual(["B1"]);
  });

  test("dials in with its token", async () => {
    const folder = mkdtempSync(join(tmpdir(), "job-orch-"));
    const token = "0123456789abcdef";
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const server = createServer((socket) => {
      const gate = new TokenGate(token);
      let reader: HostReader | undefined;
      socket.on("data", (chunk) => {
        const rest = reader === undefined ? gate.push(chunk) : chunk;
        if (rest === undefined) return;
        reader ??= new HostReader({
          onHello: ({ caps }) => {
            const writer = new HostWriter((text) => void socket.write(text), caps);
            writer.run(1, "together", 1);
            writer.flush();
          },
          onFrame: (_op, _id, value) => {
            resolve(value);
            socket.destroy();
          },
          onRefused: (_op, _id, why) => reject(why),
        });
        reader.push(rest);
      });
    });
    try {
      await new Promise<void>((listening) => void server.listen(join(folder, "host.sock"), listening));
      const subject = start({ LJP_ADDR: `unix:${join(folder, "host.sock")}`, LJP_TOKEN: token, LJP_CAPS: "" });
      expect(await promise).toEqual({ running: 1, number: 1 });
      await subject.end(10_000);
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("ends with a sentence when the host breaks the protocol", async () => {
    const subject = start();
    await subject.send("not a frame");
    expect(await subject.end(10_000)).toEqual({ code: 1, signal: null });
    expect(subject.printed).toContain("A line is no frame");
  });
});

test("a person who starts a worker is told what it is", () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [jobs], { encoding: "utf8", env: { ...process.env, LJP: "" } });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("together, die");
});

describe("settings of a worker", () => {
  test("are those that the host set", () => {
    expect(readSettings({})).toBeUndefined();
    expect(readSettings({ LJP: "1" })).toEqual({ where: { kind: "fd3" }, offered: [], concurrency: 1 });
    expect(readSettings({ LJP: "1", LJP_TRANSPORT: "stdio", LJP_CAPS: "ack,none,tags", LJP_CONCURRENCY: "8" })).toEqual({
      where: { kind: "stdio" },
      offered: ["ack", "tags"],
      concurrency: 8,
    });
  });

  test.each([{ LJP_CONCURRENCY: "0" }, { LJP_CONCURRENCY: "many" }, { LJP_TRANSPORT: "pigeon" }])("%o are refused", (env) => {
    expect(() => readSettings({ LJP: "1", ...env })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});
