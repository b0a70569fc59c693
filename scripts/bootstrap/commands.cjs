"use strict";

/** What each root script runs, as arguments to Node. Paths are relative to the workspace root. */
exports.commands = {
  demo: ["examples/search-index/main.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
  bench: ["--expose-gc", "bench/main.ts"],
  faults: ["scripts/faults.ts"],
  examples: ["scripts/examples.ts"],
  check: ["scripts/check.ts"],
  build: ["scripts/build.ts"],
  format: ["scripts/format.ts"],
  "conformance:worker": ["scripts/conformance-worker.ts"],
  "test:nodes": ["scripts/test-nodes.ts"],
};
