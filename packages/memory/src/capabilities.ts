import type { Capabilities } from "@job-orch/core";

/** `none`: bodies travel by reference. `codec`: the wire is declared as bytes, so core encodes and decodes as on a real one. */
export type Isolation = "none" | "codec";

const shared = {
  durable: "none",
  ordered: "key",
  delay: true,
  priority: true,
  dedupe: true,
  groups: true,
  replay: false,
  lease: "delivery",
  transactional: true,
  maxFrameBytes: Number.POSITIVE_INFINITY,
  scope: "process",
} as const;

const byReference = Object.freeze({ ...shared, wire: "reference" } as const satisfies Capabilities);
const asBytes = Object.freeze({ ...shared, wire: "bytes" } as const satisfies Capabilities);

/** What the memory transport promises; `wire` follows from the isolation it was made with. */
export type MemoryCapabilities<Isolated extends Isolation = Isolation> = Isolated extends "codec" ? typeof asBytes : typeof byReference;

export function capabilitiesOf<Isolated extends Isolation>(isolation: Isolated): MemoryCapabilities<Isolated> {
  return (isolation === "codec" ? asBytes : byReference) as MemoryCapabilities<Isolated>;
}
