import { deeds } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { processes } from "../src/index.ts";

const refused = expect.objectContaining({ code: "ERR_OPTION" });

test.for([
  null,
  "a program",
  { command: "" },
  { command: "node", args: "main.js" },
  { command: "node", args: [1] },
  { command: "node", env: 5 },
  { command: "node", env: null },
  { command: "node", env: "inherits" },
  { command: "node", env: { PORT: 80 } },
  { command: "node", cwd: 5 },
  { command: "node", size: null },
  { command: "node", output: "nowhere" },
  { command: "node", transport: "oneshot", format: "xml" },
])("%j is refused at once", (options) => {
  expect(() => processes(deeds, options as never)).toThrow(refused);
});

test.for([
  { token: 5 },
  { maxConnections: Number.NaN },
  { maxConnections: 0 },
  { listen: { port: 70_000 } },
  { listen: { port: "x" } },
  { listen: null },
])("%j is refused at once where workers dial in", (wrong) => {
  expect(() => processes(deeds, { listen: {}, token: "x".repeat(32), ...wrong } as never)).toThrow(refused);
});

test("an address that is none of this machine, or is taken, is a coded failure, and listening can be tried again", async () => {
  await using nowhere = processes(deeds, { listen: { host: "no-such-host.invalid" }, insecure: true, token: "x".repeat(32), size: 1 });
  const failure = { code: "ERR_LISTEN", message: expect.stringMatching(/^Nothing can listen on no-such-host\.invalid, port 0: /) };
  await expect(nowhere.listen()).rejects.toMatchObject(failure);
  await expect(nowhere.call({ do: "echo", value: 1 })).rejects.toMatchObject({ code: "ERR_WORKER_START", cause: failure });
  await using first = processes(deeds, { listen: {}, token: "x".repeat(32), size: 1 });
  const port = Number((await first.listen()).split(":").at(-1));
  await using second = processes(deeds, { listen: { port }, token: "x".repeat(32), size: 1 });
  await expect(second.listen()).rejects.toMatchObject({ code: "ERR_LISTEN", cause: { code: "EADDRINUSE" } });
  await first.close();
  expect(await second.listen()).toBe(`tcp:127.0.0.1:${port}`);
});

test("a folder that is missing is not taken for a program that is", async () => {
  await using pool = processes(deeds, { command: process.execPath, cwd: "/no/such/folder", size: 1 });
  await expect(pool.call({ do: "echo", value: 1 })).rejects.toMatchObject({ code: "ERR_WORKER_START", cause: { code: "ERR_OPTION" } });
});

test("oneshot: a program that is missing is a coded failure with its name", async () => {
  await using pool = processes(deeds, { command: "/no/such/program", transport: "oneshot" });
  await expect(pool.call({ do: "echo", value: 1 })).rejects.toMatchObject({
    code: "ERR_PROGRAM",
    message: expect.stringContaining("/no/such/program could not be started"),
  });
});
