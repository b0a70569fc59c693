import { spawn } from "node:child_process";
import { root } from "./root.ts";

export interface Ended {
  /** 128 + the signal's number is not guessed: a child that died of a signal has code 1. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without showing what it prints. Never rejects: a program that cannot start has code 1. */
export function runQuietly(command: string, args: readonly string[], options: { readonly cwd?: string } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
    const child = spawn(command, args, { cwd: options.cwd ?? root, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", (error) => resolve({ code: 1, stdout, stderr: `${stderr}${error.message}\n` }));
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** A tool that the workspace depends on, by its JavaScript entry. */
export function runTool(entry: string, args: readonly string[], options: { readonly cwd?: string } = {}): Promise<Ended> {
  return runQuietly(process.execPath, [`${root}/node_modules/${entry}`, ...args], options);
}
