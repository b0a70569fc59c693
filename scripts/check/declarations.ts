import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript-5";
import { filesIn } from "../workspace/files-in.ts";
import { root } from "../workspace/root.ts";
import { workspacePackages } from "../workspace/workspace-package.ts";

/** No `any` in what is published, written or inferred: reads the built declarations. */
export function declarations(): readonly string[] {
  return workspacePackages()
    .flatMap(({ folder }) => filesInDist(folder))
    .flatMap((file) => anyIn(file));
}

function anyIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${relative(root, file)}:${line + 1} has \`any\` in an exported type: ${source.text.split("\n")[line]?.trim()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function filesInDist(folder: string): readonly string[] {
  return filesIn(join(folder, "dist"), ".d.ts");
}
