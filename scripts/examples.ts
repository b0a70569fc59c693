import { numberedExamples } from "./examples/numbered-examples.ts";
import { lowersUsing, pageExamples, removePages } from "./examples/page-examples.ts";
import { runExample } from "./examples/run-example.ts";
import { compile } from "./check/compile.ts";

/*
 * `npm run examples [-- part-of-a-name…]`: runs every example and every complete program of the docs, unbuilt, and compares
 * what it prints.
 *
 * - `examples/NN-name.ts` ends with a comment block: a line `// Prints:`, then `// ` and a line of output, for each line.
 * - A ```ts block of README.md, CONTRIBUTING.md, docs/guides and packages/<id>/README.md is a program when it begins with an import. After
 *   a `console.log(…);` a comment says what it prints. ```ts file=name.ts gives a block a name, for the other blocks of its page
 *   to import; ```ts no-run is left alone, as are fragments. These programs are type-checked, too.
 */
const wanted = process.argv.slice(2);
let failed = 0;
try {
  const pages = pageExamples();
  const all = [...numberedExamples(), ...pages];
  const chosen = all.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  if (chosen.length === 0) report(`no example is called ${wanted.join(" or ")}`, ["nothing was run"], 0);
  for (const example of chosen) {
    const startMs = performance.now();
    report(example.name, await runExample(example), performance.now() - startMs);
  }
  if (wanted.length === 0 && !lowersUsing) await checkTypes(pages.map(({ file }) => file));
} finally {
  removePages();
}
console.log(failed === 0 ? "Every example prints what it says." : `${failed} of them failed.`);
process.exitCode = failed === 0 ? 0 : 1;

async function checkTypes(files: readonly string[]): Promise<void> {
  const startMs = performance.now();
  const { diagnostics, rest } = await compile("TypeScript 7", "examples", files);
  const problems = diagnostics.map(({ file, line, code, message }) => `${file}:${line} ${code}: ${message}`);
  report("types of the programs in the docs", rest === "" ? problems : [rest, ...problems], performance.now() - startMs);
}

function report(name: string, problems: readonly string[], tookMs: number): void {
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${(tookMs / 1000).toFixed(1).padStart(5)} s  ${name}`);
  for (const problem of problems) console.log(problem.replace(/^/gm, "       "));
  if (problems.length > 0) failed += 1;
}
