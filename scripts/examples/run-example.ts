import { execFile } from "node:child_process";
import { root } from "../workspace/root.ts";
import type { Example } from "./example.ts";

const patienceMs = 60_000;

/** Runs one program under the Node that runs this. Gives what is wrong with how it ended or with what it printed. */
export function runExample({ file, prints }: Example): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
    const child = execFile(
      process.execPath,
      [file],
      { cwd: root, env, timeout: patienceMs, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error !== null) resolve([`${child.signalCode ?? `exit code ${child.exitCode}`}\n${stdout}${stderr}`.trimEnd()]);
        else resolve(compare(stdout, prints));
      },
    );
  });
}

function compare(stdout: string, prints: readonly string[] | undefined): readonly string[] {
  if (prints === undefined) return [];
  const printed = stdout === "" ? [] : stdout.replace(/\n$/, "").split("\n");
  if (printed.join("\n") === prints.join("\n")) return [];
  return [`it prints\n${indented(printed)}\nbut says\n${indented(prints)}`];
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}
