import { match } from "node:assert/strict";
import type { RegisterTest } from "../../conformance.ts";
import type { HostClause } from "../host-clause.ts";
import { hostClauses, runHostClause } from "../host-conformance.ts";
import { unmetHostNeed } from "../host-needs.ts";
import type { HostHarness } from "../host-under-test.ts";
import { carryingMutants } from "./carrying.ts";
import { endingMutants } from "./ending.ts";
import { type HostMutant, mutated } from "./host-mutant.ts";

/** Every sabotaged host. Each clause is failed by one of them. */
export const hostMutants: readonly HostMutant[] = [...carryingMutants, ...endingMutants];

export interface HostMutantsOptions {
  readonly test: RegisterTest;
  /** A sound host. Its `slowMs` is how long is waited for what a mutant never does. */
  readonly harness: HostHarness;
  /** Only what they break of these. Default: all that the host promises. */
  readonly filter?: (clause: HostClause) => boolean;
}

/** Registers a test per sabotaged host: the clauses that it breaks must fail, and say why. */
export function catchHostMutants({ test, harness, filter = () => true }: HostMutantsOptions): void {
  const promised = hostClauses.filter((clause) => unmetHostNeed(clause.needs, harness) === undefined && filter(clause));
  for (const mutant of hostMutants) {
    const broken = promised.filter(({ id }) => id in mutant.breaks);
    if (broken.length === 0) continue;
    const check = async (): Promise<void> => {
      for (const clause of broken) {
        const failure = await runHostClause(clause, mutated(harness, mutant)).then(
          () => "it passed",
          (error: unknown) => (error as Error).message,
        );
        match(`${clause.id}: ${failure}`, mutant.breaks[clause.id] as RegExp);
      }
    };
    test(`${harness.name}: the clauses catch a host that ${mutant.name}`, check, 5 * harness.slowMs);
  }
}
