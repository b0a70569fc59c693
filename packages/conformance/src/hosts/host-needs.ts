import type { HostHarness } from "./host-under-test.ts";

/** What a host can be, so which promises are its to keep. Declared by its harness, and tried both ways. */
export interface HostCapabilities {
  /** Jobs run outside of the caller's thread: one that ends its worker ends nothing else. */
  readonly isolated: boolean;
}

interface Rule {
  readonly holds: (capabilities: HostCapabilities) => boolean;
  /** Completes the sentence "'inline' …" when it does not hold. */
  readonly why: string;
}

const rules = {
  isolated: {
    holds: ({ isolated }) => isolated,
    why: "runs jobs in the caller's own thread: one that ends its worker would end the caller",
  },
  "not isolated": {
    holds: ({ isolated }) => !isolated,
    why: "runs jobs outside of the caller's thread, so the absence of that is not probed",
  },
} as const satisfies Record<string, Rule>;

/** A capability that a clause depends on. */
export type HostNeed = keyof typeof rules;

/** Why a clause with these needs is not this host's to keep; `undefined` when it is. */
export function unmetHostNeed(needs: readonly HostNeed[], { name, capabilities }: HostHarness): string | undefined {
  const unmet = needs.find((need) => !rules[need].holds(capabilities));
  return unmet === undefined ? undefined : `'${name}' ${rules[unmet].why}`;
}
