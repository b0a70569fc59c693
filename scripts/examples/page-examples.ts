import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript-5";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";
import type { Example } from "./example.ts";

/** Pages are written for a compiler and for Node 24: an older one, which cannot read `using`, runs what the compiler makes of them. */
export const lowersUsing = Number.parseInt(process.versions.node, 10) < 24;

/** Among the examples, because what they import is installed there. */
const extracted = join(root, "examples", `.extracted-${process.pid}`);

/** The complete programs in the docs, each written to a file. */
export function pageExamples(): readonly Example[] {
  removePages();
  const pages = [
    join(root, "README.md"),
    join(root, "CONTRIBUTING.md"),
    ...filesIn(join(root, "docs", "guides"), ".md"),
    ...workspacePackages().map(({ folder }) => join(folder, "README.md")),
  ];
  return pages.filter((page) => existsSync(page)).flatMap(programsOf);
}

export function removePages(): void {
  rmSync(extracted, { recursive: true, force: true });
}

interface Block {
  /** What follows the fence: `ts file=use-it.ts`. */
  readonly info: string;
  readonly code: string;
  /** The page's line of the fence, from 1. */
  readonly line: number;
}

function programsOf(page: string): readonly Example[] {
  const title = relative(root, page);
  const folder = join(extracted, title.replaceAll(/[\\/.]/g, "-"));
  return blocksOf(readFileSync(page, "utf8"))
    .filter(({ info, code }) => /^ts\b/.test(info) && !/\bno-run\b/.test(info) && (/\bfile=/.test(info) || code.startsWith("import ")))
    .map(({ info, code, line }) => {
      const file = join(folder, /\bfile=(\S+)/.exec(info)?.[1] ?? `line-${line}.ts`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, lowersUsing ? withoutUsing(code) : code);
      return { name: `${title}:${line}`, file, prints: printed(code) };
    });
}

function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (fence === null) open?.lines.push(text);
    else if (open === undefined) open = { info: fence[1] ?? "", line: index + 1, lines: [] };
    else {
      blocks.push({ info: open.info, line: open.line, code: `${open.lines.join("\n")}\n` });
      open = undefined;
    }
  }
  return blocks;
}

function withoutUsing(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, removeComments: false };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** The comments after `console.log(…);`. None at all: nobody says what it prints. */
function printed(code: string): readonly string[] | undefined {
  const said = [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1] ?? "");
  return said.length === 0 ? undefined : said;
}
