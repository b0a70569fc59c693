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
  { command: "node", output: "nowhere" },
  { command: "node", transport: "oneshot", format: "xml" },
])("%j is refused at once", (options) => {
  expect(() => processes(deeds, options as never)).toThrow(refused);
});

test.for([{ token: 5 }, { maxConnections: Number.NaN }, { maxConnections: 0 }, { listen: { port: 70_000 } }, { listen: { port: "x" } }])(
  "%j is refused at once where workers dial in",
  (wrong) => {
    expect(() => processes(deeds, { listen: {}, token: "x".repeat(32), ...wrong } as never)).toThrow(refused);
  },
);

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
