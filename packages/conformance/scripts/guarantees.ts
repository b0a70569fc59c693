import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderGuarantees } from "../src/guarantees/render-guarantees.ts";
import type { Results } from "../src/results.ts";

const docs = fileURLToPath(new URL("../../../docs", import.meta.url));
export const page: string = join(docs, "guarantees.md");

/** The page as the published results say it must be. */
export function renderPage(): string {
  const folder = join(docs, "guarantees");
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .sort()
    : [];
  return renderGuarantees(files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Results));
}

/** `node packages/conformance/scripts/guarantees.ts [--check]`: writes docs/guarantees.md, or fails when it is not up to date. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = renderPage();
  const stale = !existsSync(page) || readFileSync(page, "utf8") !== text;
  if (!process.argv.includes("--check")) writeFileSync(page, text);
  else if (stale) {
    console.error("docs/guarantees.md is not up to date: run node packages/conformance/scripts/guarantees.ts");
    process.exitCode = 1;
  }
}
