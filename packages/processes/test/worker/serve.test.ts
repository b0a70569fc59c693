import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "@job-orch/test-support";
import { afterEach, describe, expect, test } from "vitest";
import { HostReader, HostWriter, TokenGate } from "../../src/index.ts";
import { type Said, Subject } from "../../src/conformance/subject.ts";
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

/** Has so many short requests answered; the last id that was used. */
async function answerNow(subject: Subject, last: number, count: number): Promise<number> {
  const ids = Array.from({ length: count }, (_, at) => last + 1 + at);
  await subject.send(...ids.map((id) => `R ${id} now 1`));
  for (const id of ids) await subject.answer(id);
  return last + count;
}

/** What had begun and was not answered when something was said. Ids are in the order they were sent. */
function begunBefore(subject: Subject, isIt: (said: Said) => boolean): readonly number[] {
  const begun = new Set<number>();
  for (const said of subject.said) {
    const { op, id, value } = said;
    if (isIt(said)) break;
    if (op === "K" || value === 0) begun.delete(id);
    else if (op === "B") for (let at = 0; at < (value as number); at++) begun.add(id + at);
  }
  return [...begun];
}

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

  test("says of short requests that they begin in one frame, each before its answer and once", async () => {
    const subject = start();
    let last = 0;
    while (!subject.said.some(({ op, value }) => op === "B" && (value as number) >= 8)) last = await answerNow(subject, last, 64);
    // One that turned out not to begin yet is taken back, and said again.
    const begun = new Set<number>();
    for (const { op, id, value } of subject.said) {
      if (op !== "B") continue;
      if (value === 0) expect(begun.delete(id)).toBe(true);
      for (let more = 0; more < (value as number); more++) {
        expect(begun).not.toContain(id + more);
        begun.add(id + more);
      }
    }
    expect([...begun].sort((x, y) => x - y)).toEqual(Array.from({ length: last }, (_, at) => at + 1));
    for (let id = 1; id <= last; id++) expect(begunBefore(subject, ({ op, id: answered }) => op === "K" && answered === id)).toContain(id);
  });

  test("takes back that a request begins when one before it turns out to wait", async () => {
    const subject = start();
    for (let last = 0; !subject.said.some(({ op, value }) => op === "B" && value === 0);) {
      last = await answerNow(subject, last, 64);
      const slow = last + 1;
      await subject.send(`R ${slow} together 50`, ...[2, 3, 4].map((more) => `R ${last + more} now 1`));
      for (let id = slow; id <= slow + 3; id++) await subject.answer(id);
      expect(begunBefore(subject, ({ op, id }) => op === "K" && id === slow)).toEqual([slow]);
      last += 4;
    }
  });

  test("with LJP_ACKS=each nothing begins whose announcement has not left, also while the host does not read", async () => {
    const subject = start({ LJP_ACKS: "each" });
    await subject.hello;
    subject.pause();
    const text = "x".repeat(32 * 1024);
    await subject.send(...Array.from({ length: 24 }, (_, at) => `R ${at + 1} loud "${text}"`));
    const begun = (): readonly string[] => subject.printed.match(/(?<=began )\d+/g) ?? [];
    await until(() => begun().length > 3);
    subject.signal("SIGKILL");
    subject.resume();
    await subject.end(10_000);
    const announced = subject.said.filter(({ op }) => op === "B");
    expect(announced.length).toBeLessThan(24); // it was held up
    expect(announced.length).toBeGreaterThanOrEqual(begun().length);
    expect(announced.every(({ value }) => value === 1)).toBe(true);
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
    expect(readSettings({ LJP: "1" })).toEqual({ where: { kind: "fd3" }, offered: [], concurrency: 1, acksEach: false });
    expect(readSettings({ LJP: "1", LJP_TRANSPORT: "stdio", LJP_CAPS: "ack,none,tags", LJP_CONCURRENCY: "8", LJP_ACKS: "each" })).toEqual({
      where: { kind: "stdio" },
      offered: ["ack", "tags"],
      concurrency: 8,
      acksEach: true,
    });
  });

  test.each([{ LJP_CONCURRENCY: "0" }, { LJP_CONCURRENCY: "many" }, { LJP_TRANSPORT: "pigeon" }])("%o are refused", (env) => {
    expect(() => readSettings({ LJP: "1", ...env })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});
