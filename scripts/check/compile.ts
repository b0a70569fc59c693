import { mkdirSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { root } from "../workspace/root.ts";
import { runTool } from "../workspace/run-quietly.ts";

/** The two compilers that the public types must hold on. */
export const compilers = { "TypeScript 7": "typescript/bin/tsc", "TypeScript 5.9": "typescript-5/bin/tsc" } as const;
export type Compiler = keyof typeof compilers;

export interface Diagnostic {
  /** Relative to the workspace. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `TS2345` */
  readonly code: string;
  /** All its lines, with the workspace's path left out. */
  readonly message: string;
}

export interface Compiled {
  readonly diagnostics: readonly Diagnostic[];
  /** What the compiler printed that is no diagnostic of a file: a wrong option, a crash. */
  readonly rest: string;
}

const cache = join(root, "node_modules", ".cache", "job-orch", "check");

/** Type-checks these files, and what they import, with the workspace's options. Unused names are fine there. */
export async function compile(compiler: Compiler, name: string, files: readonly string[], extra: object = {}): Promise<Compiled> {
  mkdirSync(cache, { recursive: true });
  const config = join(cache, `${name}.json`);
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, typeRoots: [join(root, "node_modules", "@types")], ...extra };
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: [], files }));
  const { code, stdout, stderr } = await runTool(compilers[compiler], ["-p", config, "--pretty", "false"]);
  const compiled = parse(stdout + stderr);
  if (code !== 0 && compiled.diagnostics.length === 0)
    return { ...compiled, rest: `${compiler} ended with code ${code}\n${stdout}${stderr}` };
  return compiled;
}

function parse(output: string): Compiled {
  const diagnostics: Diagnostic[] = [];
  const rest: string[] = [];
  for (const line of output.split("\n")) {
    const head = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/.exec(line);
    const last = diagnostics.at(-1);
    if (head !== null) {
      const [, file = "", row, column, code = "", message = ""] = head;
      diagnostics.push({ file: fromRoot(file), line: Number(row), column: Number(column), code, message: withoutRoot(message) });
    } else if (line.startsWith("  ") && last !== undefined) {
      diagnostics[diagnostics.length - 1] = { ...last, message: `${last.message}\n${withoutRoot(line)}` };
    } else if (line.trim() !== "") rest.push(line);
  }
  return { diagnostics, rest: rest.join("\n") };
}

/** Compilers print paths relative to where they run, which is the workspace. */
function fromRoot(file: string): string {
  return relative(root, isAbsolute(file) ? file : resolve(root, file));
}

function withoutRoot(text: string): string {
  return text.replaceAll(`${root}/`, "");
}
