import { fail } from "node:assert/strict";
import type { HostHarness, HostOptions, HostUnderTest } from "./host-under-test.ts";

/** How often a condition is looked at. Units: milliseconds. */
const LOOK_MS = 5;

/** What a clause works with: hosts that are closed behind it, and waits that always end. */
export class HostBench {
  readonly harness: HostHarness;
  readonly #opened: HostUnderTest[] = [];

  constructor(harness: HostHarness) {
    this.harness = harness;
  }

  open(options: HostOptions = {}): HostUnderTest {
    const host = this.harness.open({ size: 1, callTimeoutMs: this.harness.slowMs, ...options });
    this.#opened.push(host);
    return host;
  }

  /** Resolves when it is so; fails, with what it was to be, when it is not in time. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const endMs = performance.now() + this.harness.slowMs;
    while (!isSo()) {
      if (performance.now() > endMs) fail(`not in ${this.harness.slowMs} ms: ${what}`);
      await this.pause(LOOK_MS);
    }
  }

  /** How many `wait`s have begun, from now on. */
  begun(host: HostUnderTest): () => number {
    let count = 0;
    host.on("progress", ({ value }) => {
      if (value === "waiting") count++;
    });
    return () => count;
  }

  async pause(ms: number): Promise<void> {
    await new Promise((resolve) => void setTimeout(resolve, ms));
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((host) => host.close()));
  }
}
