import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import ts from "typescript-5";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";
import { compile, type Diagnostic } from "./compile.ts";

/** Beside `test-d`, so that imports mean the same there; removed afterwards. */
const scratch = ".test-d-7";

/**
 * Runs the same type tests on TypeScript 7, which tsd cannot: each file is copied with tsd's assertions spelled so that the
 * bare compiler decides them, and the errors it reports must be exactly the expected ones.
 */
export async function typeTestsOn7(): Promise<readonly string[]> {
  const folders = workspacePackages().map(({ folder }) => folder);
  const originals = folders.flatMap((folder) => filesIn(join(folder, "test-d"), ".test-d.ts"));
  if (originals.length === 0) return [];
  try {
    const copies = new Map(originals.map((original) => [copyFor7(original), relative(root, original)]));
    const assertions = join(root, "scripts", "check", "type-assertions.ts");
    const { diagnostics, rest } = await compile("TypeScript 7", "type-tests-on-7", [...copies.keys()], { paths: { tsd: [assertions] } });
    return [...(rest === "" ? [] : [rest]), ...[...copies].flatMap(([copy, original]) => judge(copy, original, diagnostics))];
  } finally {
    for (const folder of folders) rmSync(join(folder, scratch), { recursive: true, force: true });
  }
}

function copyFor7(original: string): string {
  const folder = join(dirname(dirname(original)), scratch);
  const copy = join(folder, basename(original));
  const source = parse(original);
  const ends = calls(source).flatMap((call) =>
    call.typeArguments !== undefined && curried.has(call.expression.getText(source)) ? [call.typeArguments.end + 1, call.end] : [],
  );
  let text = source.text;
  for (const end of ends.toSorted((one, other) => other - one)) text = `${text.slice(0, end)}()${text.slice(end)}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(copy, text);
  return copy;
}

/** Errors outside of what expects one, and expectations without an error. */
function judge(copy: string, original: string, all: readonly Diagnostic[]): readonly string[] {
  const file = relative(root, copy);
  const source = parse(copy);
  const expected = expectations(source);
  const met = new Set<Range>();
  const problems: string[] = [];
  for (const { line, column, code, message } of all.filter((diagnostic) => diagnostic.file === file)) {
    const at = source.getPositionOfLineAndCharacter(line - 1, column - 1);
    const inside = expected.find(({ start, end }) => start <= at && at < end);
    if (inside === undefined) problems.push(`${original}:${line} ${code}: ${message}`);
    else met.add(inside);
  }
  for (const range of expected)
    if (!met.has(range)) problems.push(`${original}:${range.line} expected an error, but TypeScript 7 finds none`);
  return problems;
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

/** See type-assertions.ts. */
const curried = new Set(["expectType", "expectNotType"]);
const expecting = new Set(["expectError", "expectNotAssignable"]);

function expectations(source: ts.SourceFile): readonly Range[] {
  return calls(source)
    .filter(({ expression }) => expecting.has(expression.getText(source)))
    .map((call) => {
      const start = call.getStart(source);
      return { start, end: call.getEnd(), line: source.getLineAndCharacterOfPosition(start).line + 1 };
    });
}

/** Every call in a file, in the order of their starts. */
function calls(source: ts.SourceFile): ts.CallExpression[] {
  const found: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}
