import type { Capabilities } from "@job-orch/core";

/** What is known of a transport before a clause is tried on it. Everything comes from the live instance, or from what the harness can open. */
export interface Claims {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** It has the `Inspect` and `Control` powers. */
  readonly inspectable: boolean;
  /** How many frames a work channel of `harness.bounded` holds; `undefined`: the harness says that nothing makes a send wait. */
  readonly capacity: number | undefined;
  /** The harness can count what is left in the backend. */
  readonly countsLeftovers: boolean;
}

interface Rule {
  readonly holds: (claims: Claims) => boolean;
  /** Completes the sentence "'redis' …" when it does not hold. */
  readonly why: string;
}

const has = (power: "delay" | "priority" | "dedupe" | "groups" | "transactional"): Rule => ({
  holds: ({ capabilities }) => capabilities[power],
  why: `has no '${power}' capability`,
});
const hasNot = (power: "delay" | "priority" | "dedupe" | "groups" | "replay"): Rule => ({
  holds: ({ capabilities }) => !capabilities[power],
  why: `has the '${power}' capability, so its absence is not probed`,
});

/** Largest body that a clause makes. Units: bytes. */
const LARGEST_TRIED_BYTES = 2 ** 26;

const rules = {
  delay: has("delay"),
  "no delay": hasNot("delay"),
  priority: has("priority"),
  "no priority": hasNot("priority"),
  dedupe: has("dedupe"),
  "no dedupe": hasNot("dedupe"),
  groups: has("groups"),
  "no groups": hasNot("groups"),
  "no replay": hasNot("replay"),
  transactional: has("transactional"),
  ordered: { holds: ({ capabilities }) => capabilities.ordered !== false, why: "does not keep order" },
  "ordered by key": { holds: ({ capabilities }) => capabilities.ordered === "key", why: "does not keep order per key" },
  "not ordered by key": {
    holds: ({ capabilities }) => capabilities.ordered !== "key",
    why: "keeps order per key, so its absence is not probed",
  },
  "lease per delivery": { holds: ({ capabilities }) => capabilities.lease === "delivery", why: "does not lease each delivery" },
  "lease per process": { holds: ({ capabilities }) => capabilities.lease === "process", why: "does not lease to processes" },
  "no lease": { holds: ({ capabilities }) => capabilities.lease === false, why: "has leases, so their absence is not probed" },
  durable: { holds: ({ capabilities }) => capabilities.durable !== "none", why: "keeps nothing when its process ends" },
  "beyond one process": { holds: ({ capabilities }) => capabilities.scope !== "process", why: "lives within one process" },
  network: { holds: ({ capabilities }) => capabilities.scope === "network", why: "has no server to lose" },
  bytes: { holds: ({ capabilities }) => capabilities.wire === "bytes", why: "carries values, not bytes" },
  values: { holds: ({ capabilities }) => capabilities.wire !== "bytes", why: "carries bytes, not values" },
  limit: {
    holds: ({ capabilities }) => limited(capabilities),
    why: `limits no frame that is small enough to try (${LARGEST_TRIED_BYTES} bytes)`,
  },
  inspectable: { holds: ({ inspectable }) => inspectable, why: "lets nobody look into its store" },
  bounded: { holds: ({ capacity }) => capacity !== undefined, why: "is declared unbounded by its harness: nothing makes a send wait" },
  "counts leftovers": {
    holds: ({ countsLeftovers }) => countsLeftovers,
    why: "has a harness that cannot count what is left in the backend",
  },
} as const satisfies Record<string, Rule>;

/** A claim that a clause depends on. */
export type Need = keyof typeof rules;

/** Why a clause with these needs is not this transport's to keep; `undefined` when it is. */
export function unmetNeed(needs: readonly Need[], claims: Claims): string | undefined {
  const unmet = needs.find((need) => !rules[need].holds(claims));
  return unmet === undefined ? undefined : `'${claims.name}' ${rules[unmet].why}`;
}

function limited({ wire, maxFrameBytes }: Capabilities): boolean {
  return wire === "bytes" && maxFrameBytes <= LARGEST_TRIED_BYTES;
}
