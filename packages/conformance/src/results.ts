import type { Capabilities } from "@job-orch/core";
import type { Clause } from "./clause.ts";

/** What became of a clause. */
export type Outcome = "passed" | "failed" | "not claimed";

/** What a run proved, as it is published. */
export interface Results {
  readonly name: string;
  /** `maxFrameBytes` is `null` where nothing is too large. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly clauses: readonly ClauseResult[];
}

export interface ClauseResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
  /** Why it is not this transport's to keep; derived from its claims. */
  readonly reason?: string;
}

/** Notes what becomes of each clause of a run. */
export class ResultsCollector {
  readonly #results = new Map<string, ClauseResult>();

  get size(): number {
    return this.#results.size;
  }

  note({ id, title }: Clause, outcome: Outcome, reason?: string): void {
    this.#results.set(id, { id, title, outcome, ...(reason === undefined ? {} : { reason }) });
  }

  outcomeOf(id: string): Outcome | undefined {
    return this.#results.get(id)?.outcome;
  }

  /** In the order of the clauses, so that two equal runs are written equally. */
  of(name: string, capabilities: Capabilities, clauses: readonly Clause[]): Results {
    const inOrder = clauses.map(({ id }) => this.#results.get(id)).filter((result) => result !== undefined);
    return { name, capabilities: { ...capabilities }, clauses: inOrder };
  }
}
