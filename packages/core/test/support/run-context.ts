import type { LogLevel, RunContext } from "../../src/index.ts";

export interface TestContext extends RunContext {
  readonly abort: (reason?: Error) => void;
  readonly logged: (readonly [LogLevel, string, Readonly<Record<string, unknown>> | undefined])[];
}

/** A job's context outside of a processor, with its log and its signal in the test's hands. */
export function runContext(own: Partial<RunContext> = {}): TestContext {
  const controller = new AbortController();
  const logged: TestContext["logged"] = [];
  return {
    id: "1", attempt: 1, headers: {}, deadline: undefined, fence: 1, signal: controller.signal, progress: () => undefined,
    log: (level, message, fields) => void logged.push([level, message, fields]),
    ...own, logged, abort: (reason = new Error("told to stop")) => controller.abort(reason),
  }; // prettier-ignore
}
