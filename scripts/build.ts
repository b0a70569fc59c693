import { buildPackages } from "./build/build-packages.ts";

// `npm run build`: every package to its `dist/`.
const problems = await buildPackages();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
