import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { OptionError } from "@job-orch/core";
import type { Exit } from "@job-orch/link";
import { LineSplitter } from "./line-splitter.ts";

/** A child that ended may have left its pipes to others: they are waited for no longer than this. Units: milliseconds. */
const PIPES_MS = 1_000;
const INHERITED = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SystemRoot"];
const PAGE_BYTES = 4_096;

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>> | "inherit";
  /** The protocol's own variables. */
  readonly protocolEnv: Readonly<Record<string, string>>;
  readonly stdio: "fd3" | "stdio" | "none";
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  /** Once, when it has ended and all that it said was heard. */
  readonly onExit: (exit: Exit) => void;
}

/** A child process of its own group: Ctrl-C in the terminal is the host's to act on. */
export class Child {
  readonly process: ChildProcess;
  readonly #stderr: LineSplitter;
  #exited = false;

  constructor(options: ChildOptions) {
    const { command, args, cwd, env, protocolEnv, stdio, onLine, onExit } = options;
    const streams =
      stdio === "fd3" ? (["ignore", "pipe", "pipe", "pipe"] as const) : ([stdio === "stdio" ? "pipe" : "ignore", "pipe", "pipe"] as const);
    this.process = spawn(command, [...args], {
      cwd,
      env: { ...(env === "inherit" ? process.env : { ...inherited(), ...env }), ...protocolEnv },
      stdio: [...streams],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    this.#stderr = new LineSplitter((line) => onLine("stderr", line));
    this.process.stderr?.on("data", (chunk: Buffer) => this.#stderr.push(chunk));
    if (stdio !== "stdio") {
      const stdout = new LineSplitter((line) => onLine("stdout", line));
      this.process.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    }
    this.#waitForEnd(onExit, cwd);
  }

  get stderrTail(): string {
    return this.#stderr.tail;
  }

  /** Ends it and all that it started. Once it has left by itself, what it started was ended with it, and its number may be somebody else's. */
  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    const { pid } = this.process;
    if (pid === undefined || this.#exited) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, signal);
    } catch {
      this.process.kill(signal); // it has no group of its own yet, or it is gone
    }
  }

  /** Whether somebody stopped it (SIGSTOP), as far as the system says. A debugger that holds it has not. Source: proc(5) */
  get isStopped(): boolean {
    try {
      const stat = readFileSync(`/proc/${this.process.pid}/stat`, "latin1");
      return stat.charAt(stat.lastIndexOf(")") + 2) === "T";
    } catch {
      return false;
    }
  }

  setRef(ref: boolean): void {
    const { process: child } = this;
    for (const one of [child, ...streamsOf(child)]) {
      const handle = one as { ref?: () => void; unref?: () => void } | null;
      if (ref) handle?.ref?.();
      else handle?.unref?.();
    }
  }

  /** What it has in memory. Units: bytes; 0 when that cannot be told. */
  async memory(): Promise<number> {
    try {
      const statm = await readFile(`/proc/${this.process.pid}/statm`, "utf8");
      return Number(statm.split(" ")[1]) * PAGE_BYTES;
    } catch {
      return 0;
    }
  }

  /** What it started and left behind. Right at its exit: while its group has members, its number is nobody else's. */
  #endGroup(): void {
    const { pid } = this.process;
    if (pid === undefined || process.platform === "win32") return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // nobody is left, as there should be
    }
  }

  #waitForEnd(onExit: (exit: Exit) => void, cwd: string | undefined): void {
    let done = false;
    const finish = (exit: Exit): void => {
      if (done) return;
      done = true;
      clearTimeout(patience);
      this.#stderr.end();
      onExit({ ...exit, stderrTail: this.#stderr.tail });
    };
    let patience: NodeJS.Timeout | undefined;
    this.process.once("error", (error) => {
      // The system says the same of a missing folder as of a missing program.
      const isCwd = cwd !== undefined && !existsSync(cwd);
      const why = isCwd ? new OptionError(`"cwd" is ${cwd}, and there is no such folder`) : error;
      if (this.process.pid === undefined) finish({ code: null, error: why });
    });
    this.process.once("exit", (code, signal) => {
      this.#exited = true;
      this.#endGroup();
      const outOfMemory = this.#stderr.tail.includes("heap out of memory");
      const exit: Exit = { code, ...(signal === null ? {} : { signal }), ...(outOfMemory ? { outOfMemory } : {}) };
      this.process.once("close", () => finish(exit));
      patience = setTimeout(() => {
        for (const stream of streamsOf(this.process)) stream?.destroy();
        finish(exit);
      }, PIPES_MS);
    });
  }
}

/** There are none where not even their pipes could be opened (EMFILE), whatever the types say. */
function streamsOf({ stdio }: ChildProcess): readonly (Readable | Writable | null | undefined)[] {
  return (stdio as ChildProcess["stdio"] | undefined) ?? [];
}

function inherited(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
