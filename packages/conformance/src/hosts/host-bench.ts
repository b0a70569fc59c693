import { AssertionError, fail } from "node:assert/strict";
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
    const call: HostUnderTest["call"] = (deed, callOptions) => {
      const answer = host.call(deed, callOptions);
      answer.catch(() => undefined); // a clause that has failed looks at no more answers
      return answer;
    };
    return { ...host, call, [Symbol.asyncDispose]: host.close };
  }

  /** Resolves when it is so; fails, with what it was to be, when it is not in time. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const endMs = performance.now() + this.harness.slowMs;
    while (!isSo()) {
      if (performance.now() > endMs) fail(`not in ${this.harness.slowMs} ms: ${what}`);
      await this.pause(LOOK_MS);
    }
  }

  /** What it resolves with; fails, with what it was to be, when it does not settle in time. */
  async within<Value>(what: string, settling: Promise<Value>): Promise<Value> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const message = `not in ${this.harness.slowMs} ms: ${what}`;
    const timer = setTimeout(() => reject(new AssertionError({ message })), this.harness.slowMs);
    try {
      return await Promise.race([settling, late]);
    } finally {
      clearTimeout(timer);
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

  /** Closes all that was opened; twice, which hurries, when it takes too long. */
  async close(): Promise<void> {
    const hosts = this.#opened.splice(0);
    const hurry = setTimeout(() => hosts.forEach((host) => void host.close()), this.harness.slowMs);
    await Promise.all(hosts.map((host) => host.close()));
    clearTimeout(hurry);
  }
}
