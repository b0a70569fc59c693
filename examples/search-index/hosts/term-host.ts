import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Awaitable } from "@job-orch/core";
import { type ProcessOptions, processes } from "@job-orch/processes";
import { threads } from "@job-orch/threads";
import { countTermsJob } from "../jobs/count-terms.ts";
import { type Terms, termsOf } from "../jobs/terms.ts";
import { HostError } from "./host-error.ts";
import { writeLetters } from "./letters.ts";
import { rustProgram } from "./rust-program.ts";

/** Where texts are tokenised. */
export type HostChoice =
  | { readonly kind: "here" }
  | { readonly kind: "threads"; readonly size: number }
  | { readonly kind: "node" | "python" | "rust"; readonly size: number };

/** A host at work. */
export interface TermHost {
  /** As people read it: `2 threads`. */
  readonly name: string;
  readonly count: (text: string, origin: string) => Awaitable<Terms>;
  /** Workers that ended without being asked to, and how; each was replaced. */
  readonly ended: readonly string[];
  /** Texts that were begun again for it. */
  readonly begunAgain: () => number;
  readonly close: () => Promise<void>;
}

/** Texts come as fast as files are read; each is thousands of words. */
const OPTIONS = { retry: { onCrash: true }, callTimeoutMs: 120_000, targetMs: 5 } as const;
/** A text is garbage as soon as it is counted. Units: MiB. */
const YOUNG_MB = 2;

/** `folder`: where built programs and tables are kept. Errors: `HostError`. */
export function openTermHost(choice: HostChoice, folder: string): TermHost {
  if (choice.kind === "here")
    return { name: "the main thread", count: termsOf, ended: [], begunAgain: () => 0, close: async () => undefined };
  const { size } = choice;
  const pool =
    choice.kind === "threads"
      ? threads(countTermsJob, new URL("./terms.thread.ts", import.meta.url), {
          ...OPTIONS,
          size,
          resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
        })
      : processes(countTermsJob, { ...OPTIONS, size, ...programOf(choice.kind, folder) });
  const ended: string[] = [];
  let again = 0;
  pool.on("workerExited", ({ exitClass, exit }) => {
    if (exitClass !== "drained") ended.push(exit.signal ?? exit.error?.message ?? `exit code ${String(exit.code)}`);
  });
  pool.on("retried", () => again++);
  return {
    name: `${size} ${choice.kind === "threads" ? "" : `${choice.kind} `}${nounOf(choice.kind, size)}`,
    count: async (text, origin) => {
      const { tokens, terms } = await pool.call(text, { origin });
      return { tokens, terms: terms.toLowerCase() };
    },
    ended,
    begunAgain: () => again,
    close: pool.close,
  };
}

function nounOf(kind: HostChoice["kind"], size: number): string {
  return kind === "threads" ? (size === 1 ? "thread" : "threads") : size === 1 ? "process" : "processes";
}

function programOf(kind: "node" | "python" | "rust", folder: string): Pick<ProcessOptions, "command" | "args"> {
  const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  if (kind === "node") return { command: process.execPath, args: ["--max-semi-space-size=4", path("./terms.process.ts")] };
  const letters = join(folder, "letters.bin");
  writeLetters(letters);
  if (kind === "rust") return { command: rustProgram(folder), args: [letters] };
  if (spawnSync("python3", ["--version"]).status !== 0) throw new HostError("python", "there is no python3 here");
  return { command: "python3", args: [path("./terms.py"), letters] };
}
