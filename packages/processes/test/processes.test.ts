import { describe, expect, test } from "vitest";
import { job } from "@job-orch/core";
import { fileURLToPath } from "node:url";
import { type Deed, QuotaError, until } from "@job-orch/test-support";
import { processes } from "../src/index.ts";
import { pool } from "./support/pool.ts";

const transports = ["fd3", "stdio", "unix", "tcp"] as const;

describe.for(transports)("processes over %s", (transport) => {
  test("calls are answered, errors come back as what they were, responses reach receivers", async () => {
    await using deeds = pool({ transport });
    for (const value of [1, null, undefined, "ä\n\u2028", { a: [1, { b: "c" }] }, new Date(5), new Map([[1, 10n]])]) {
      expect(await deeds.call({ do: "echo", value })).toStrictEqual(value);
    }
    const error = await deeds.call({ do: "fail", how: "subclass" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QuotaError);
    await expect(deeds.call({ do: "fail", how: "undefined" })).rejects.toBeInstanceOf(Error);
    const receiver = await deeds.responseReceiver();
    const id = await deeds.send({ do: "echo", value: 42 });
    expect(await receiver.receive()).toMatchObject({ id, result: { ok: true, value: 42 } });
  });

  test("a thousand at once are all answered, each with its own", async () => {
    await using deeds = pool({ transport, size: 2 });
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, value) => deeds.call({ do: "echo", value })));
    expect(answers).toEqual(Array.from({ length: 1_000 }, (_, value) => value));
  });

  test("prints of the program break nothing, and are heard", async () => {
    const worker = fileURLToPath(new URL("./fixtures/prints.worker.ts", import.meta.url));
    await using deeds = pool({ transport, args: [worker] });
    const lines: string[] = [];
    deeds.on("workerOutput", ({ line }) => lines.push(line));
    for (let count = 0; count < 3; count++) expect(await deeds.call({ do: "tell" })).toBe("tell");
    await until(
      () => lines.filter((line) => line.includes("a stray print")).length === 3 && lines.some((line) => line.endsWith("a complaint")),
    );
  });
});

describe("processes", () => {
  test("a child sees no secrets of ours, and no shell reads its arguments", async () => {
    process.env["CANARY_SECRET"] = "seen";
    try {
      const env = job<null, Record<string, string>>()({ name: "env", run: () => ({}) });
      const program = `process.stdin.resume().on("end", () => console.log(JSON.stringify({ ...process.env, args: process.argv.slice(1).join(" ") })))`;
      await using printed = processes(env, {
        command: process.execPath,
        args: ["-e", program, "--", "$(id)", "; ls"],
        transport: "oneshot",
        env: { MINE: "yes" },
      });
      const seen = await printed.call(null);
      expect(seen).toMatchObject({ MINE: "yes", args: "$(id) ; ls", PATH: expect.any(String) });
      expect(seen).not.toHaveProperty("CANARY_SECRET");
    } finally {
      delete process.env["CANARY_SECRET"];
    }
  });
});

describe("a program per request", () => {
  const shout = job<string, string>()({ name: "shout", run: (text) => text });

  test("reads its request and writes its response", async () => {
    await using upper = processes(shout, { command: "tr", args: ["a-z", "A-Z"], transport: "oneshot", format: "text", size: 4 });
    expect(await Promise.all(["one", "two", "three"].map((text) => upper.call(text)))).toEqual(["ONE", "TWO", "THREE"]);
  });

  test("that leaves with an error says which", async () => {
    await using bad = processes(shout, { command: "sh", args: ["-c", "echo out of ideas >&2; exit 4"], transport: "oneshot" });
    await expect(bad.call("x")).rejects.toMatchObject({ code: "ERR_PROGRAM", message: expect.stringContaining("out of ideas") });
    await using missing = processes(shout, { command: "no-such-program-anywhere", transport: "oneshot" });
    await expect(missing.call("x")).rejects.toThrow(/ENOENT/);
    await using chatty = processes(shout, { command: "echo", args: ["not json"], transport: "oneshot" });
    await expect(chatty.call("x")).rejects.toMatchObject({ code: "ERR_DECODE" });
  });

  test("is ended when its request is given up", async () => {
    await using slow = processes(shout, { command: "sleep", args: ["60"], transport: "oneshot" });
    await expect(slow.call("x", { timeoutMs: 100 })).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    await until(() => slow.stats().workers.every(({ inFlight }) => inFlight === 0));
  });
});

test("a deed that no JSON carries is refused by a worker that takes JSON alone, with a sentence", async () => {
  const echo = job<Deed, unknown>()({ name: "deeds", run: () => null });
  const python = fileURLToPath(new URL("./fixtures/plain-json.worker.ts", import.meta.url));
  await using plain = processes(echo, { command: process.execPath, args: [python], size: 1, output: "events" });
  expect(await plain.call({ do: "echo", value: 1 })).toMatchObject({ do: "echo", value: 1 });
  await expect(plain.call({ do: "echo", value: new Date() })).rejects.toMatchObject({ code: "ERR_ENCODE" });
});
