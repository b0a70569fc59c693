import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";
import { compile, type Compiler, type Diagnostic } from "./compile.ts";

/**
 * What a user reads after a mistake: `test-d/messages/<mistake>.ts` holds one, `<mistake>.txt` beside it holds what the
 * compilers say. Where they do not say the same, `<mistake>.ts5.txt` holds what 5.9 says. `--update` writes them.
 */
export async function typeMessages(options: { readonly update: boolean }): Promise<readonly string[]> {
  const files = workspacePackages().flatMap(({ folder }) => filesIn(join(folder, "test-d", "messages"), ".ts"));
  if (files.length === 0) return [];
  const on7 = await compile("TypeScript 7", "type-messages-7", files);
  const on5 = await compile("TypeScript 5.9", "type-messages-5", files);
  const problems = [on7, on5].flatMap(({ rest }) => (rest === "" ? [] : [rest]));
  problems.push(...elsewhere(files, on7.diagnostics));
  for (const file of files) problems.push(...compare(file, said(file, on7.diagnostics), said(file, on5.diagnostics), options.update));
  return problems;
}

function compare(file: string, said7: string, said5: string, update: boolean): readonly string[] {
  const name = relative(root, file);
  if (said7 === "" || said5 === "") return [`${name} compiles, but is there to show a mistake`];
  const snapshot7 = file.replace(/\.ts$/, ".txt");
  const snapshot5 = file.replace(/\.ts$/, ".ts5.txt");
  if (update) {
    writeFileSync(snapshot7, said7);
    if (said5 === said7) rmSync(snapshot5, { force: true });
    else writeFileSync(snapshot5, said5);
    return [];
  }
  const expected7 = read(snapshot7) ?? "";
  const expected5 = read(snapshot5) ?? expected7;
  return [...differs(name, "TypeScript 7", expected7, said7), ...differs(name, "TypeScript 5.9", expected5, said5)];
}

function differs(name: string, compiler: Compiler, expected: string, said: string): readonly string[] {
  if (expected === said) return [];
  return [`${name}: ${compiler} says\n${said}but the snapshot is\n${expected}(npm run check -- messages --update writes it anew)`];
}

function said(file: string, all: readonly Diagnostic[]): string {
  const name = relative(root, file);
  return all
    .filter((diagnostic) => diagnostic.file === name)
    .map(({ line, column, code, message }) => `${basename(name)}(${line},${column}): ${code}: ${message}\n`)
    .join("");
}

function elsewhere(files: readonly string[], all: readonly Diagnostic[]): readonly string[] {
  const names = new Set(files.map((file) => relative(root, file)));
  return all.filter(({ file }) => !names.has(file)).map(({ file, line, code, message }) => `${file}:${line} ${code}: ${message}`);
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
