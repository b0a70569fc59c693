import { runTool } from "./workspace/run-quietly.ts";

// `npm run format [-- path…]`: what can be put right by a program is: lint fixes, then the layout.
const paths = process.argv.slice(2);
for (const args of [
  ["oxlint/bin/oxlint", "--fix"],
  ["oxfmt/bin/oxfmt", "--write"],
] as const) {
  const [entry, ...options] = args;
  const { code, stdout, stderr } = await runTool(entry, [...options, ...paths]);
  if (code !== 0) {
    process.stderr.write(stdout + stderr);
    process.exitCode = 1;
  }
}
