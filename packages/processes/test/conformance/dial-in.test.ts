import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { HostReader, HostWriter, TokenGate } from "../../src/index.ts";

const workers = fileURLToPath(new URL("../../workers", import.meta.url));
const token = "0123456789abcdef0123456789abcdef";

/** Starts the worker, lets it dial in, has it echo, and hangs up; gives what it echoed. */
async function echoOver(kind: "unix" | "tcp", command: string, args: readonly string[]): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "job-orch-"));
  const { promise: echoed, resolve, reject } = Promise.withResolvers<unknown>();
  const server = createServer((socket) => {
    const gate = new TokenGate(token);
    let reader: HostReader | undefined;
    socket.on("data", (chunk) => {
      try {
        const rest = reader === undefined ? gate.push(chunk) : chunk;
        if (rest === undefined) return;
        reader ??= new HostReader({
          onHello: ({ caps }) => {
            const writer = new HostWriter((text) => void socket.write(text), caps);
            writer.run(1, "ljp.echo", { over: kind });
            writer.flush();
          },
          onFrame: (_op, _id, value) => {
            resolve(value);
            socket.destroy();
          },
          onRefused: (_op, _id, why) => reject(why),
        });
        reader.push(rest);
      } catch (error) {
        reject(error as Error);
        socket.destroy();
      }
    });
  });
  const path = join(folder, "host.sock");
  await (kind === "unix" ? once(server.listen(path), "listening") : once(server.listen(0, "127.0.0.1"), "listening"));
  const address = kind === "unix" ? `unix:${path}` : `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(command, args, {
    env: { ...process.env, LJP: "1", LJP_ADDR: address, LJP_TOKEN: token },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => void (stderr += String(text)));
  const ended = once(child, "close").then(() => reject(new Error(`the worker ended: ${stderr}`)));
  try {
    return await echoed;
  } finally {
    server.close();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a shipped worker dials in with its token, and ends when the host hangs up", () => {
  const python = join(workers, "python", "conformance.py");
  const node = join(workers, "node", "conformance.ts");
  test.for([
    ["unix", process.execPath, node],
    ["tcp", process.execPath, node],
    ["unix", "python3", python],
    ["tcp", "python3", python],
    ["tcp", "bash", join(workers, "bash", "conformance.sh")],
  ] as const)("over %s: %s %s", async ([kind, command, program], { skip }) => {
    if (spawnSync(command, ["--version"]).status !== 0) skip(`${command} is missing here: install it with your system's package manager`);
    expect(await echoOver(kind, command, [program])).toEqual({ over: kind });
  });
});

test.each(["python/job_orch_worker.py", "rust/job_orch_worker.rs", "bash/job-orch-worker.sh"])("%s stays under 150 lines", (file) => {
  expect(readFileSync(join(workers, file), "utf8").split("\n").length).toBeLessThanOrEqual(150);
});
