import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));

interface Said {
  readonly what: string;
  readonly [field: string]: unknown;
}

interface Host {
  readonly child: ChildProcess;
  readonly said: readonly Said[];
  /** Waits until it has said this. */
  readonly until: (what: string) => Promise<void>;
  readonly exit: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

function host(name: string, graceMs: number, ...how: readonly string[]): Host {
  const folder = mkdtempSync(join(tmpdir(), "job-orch-signals-"));
  const child = spawn(process.execPath, [fixture(name), String(graceMs), join(folder, "jobs.db"), ...how], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
    rmSync(folder, { recursive: true });
  });
  const said: Said[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => said.push(JSON.parse(line) as Said));
  const exit = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const until = async (what: string): Promise<void> => {
    const ended = exit.then(() => "ended" as const);
    while (!said.some((one) => one.what === what)) {
      if ((await Promise.race([once(lines, "line"), ended])) === "ended") throw new Error(`It ended and never said "${what}"`);
    }
  };
  return { child, said, until, exit };
}

describe("a process that is told to end under load", () => {
  it("finishes what it can, hands back the rest without charge, and is gone two seconds after its grace", async () => {
    const graceMs = 1_000;
    const { child, said, until, exit } = host("under-load", graceMs);
    await until("busy");
    child.kill("SIGTERM");
    const toldMs = performance.now();
    expect(await exit).toEqual([0, null]);
    expect(performance.now() - toldMs).toBeLessThan(graceMs + 2_000);

    const order = said.map(({ what }) => what);
    expect(order).toEqual(["readiness", "busy", "readiness", "stopping", "flush", "stopped"]);
    expect(said[2]).toEqual({ what: "readiness", ready: false });
    expect(said[3]).toEqual({ what: "stopping", signal: "SIGTERM" });
    expect(said[4]).toEqual({ what: "flush", inFlight: 0, receivedLate: 0, long: { state: "ready", attempt: 0 } });
    expect(said[5]).toEqual({ what: "stopped", exitCode: 0, forced: false });
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("and told again by %s hands back at once and says so: %d", async (signal, code) => {
    const { child, said, until, exit } = host("under-load", 60_000);
    await until("busy");
    child.kill(signal);
    await until("stopping");
    child.kill(signal);
    const toldMs = performance.now();
    expect(await exit).toEqual([code, null]);
    expect(performance.now() - toldMs).toBeLessThan(1_000);
    expect(said.at(-2)).toMatchObject({ what: "flush", inFlight: 0, long: { state: "ready", attempt: 0 } });
  });

  it("says so in its exit code as well when it ends by itself", async () => {
    const { child, until, exit } = host("under-load", 60_000, "listens");
    await until("busy");
    child.kill("SIGTERM");
    await until("stopping");
    child.kill("SIGTERM");
    expect(await exit).toEqual([143, null]);
  });
});
