import { writeSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends a run with one plain line, `N passed, N failed, N skipped`, after Vitest's own summary. A file that does not load,
 * a hook that fails and an unhandled rejection each count as one failure: they have no test to be counted by.
 */
export default class TotalsReporter implements Reporter {
  #line: string | undefined;

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const totals: Totals = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) count(module, totals);
    if (modules.length === 0) totals.failed += 1; // a filter that matches nothing proves nothing
    this.#line = `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`;
    process.once("exit", () => writeSync(1, this.#line ?? "")); // later than every other reporter's last word
  }
}

function count(module: TestModule, totals: Totals): void {
  totals.failed += module.errors().length;
  for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") totals.passed += 1;
    else if (state === "failed") totals.failed += 1;
    else totals.skipped += 1;
  }
}
