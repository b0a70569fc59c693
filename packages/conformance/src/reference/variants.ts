import type { Harness } from "../harness.ts";
import { type ReferenceHarnessOptions, referenceHarness } from "./reference-harness.ts";

/** The reference with nothing that a transport may leave out: what is absent is refused. */
export function plainReference(options: ReferenceHarnessOptions = {}): Harness {
  const harness = referenceHarness({
    ...options,
    opaque: true,
    unbounded: true,
    capabilities: {
      durable: "none",
      ordered: false,
      delay: false,
      priority: false,
      dedupe: false,
      groups: false,
      lease: false,
      transactional: false,
      maxFrameBytes: Number.POSITIVE_INFINITY,
      scope: "host",
      wire: "reference",
      ...options.capabilities,
    },
  });
  return { ...harness, name: "plain reference" };
}

/** The reference with leases that last as long as their process lives. */
export function processLeaseReference(options: ReferenceHarnessOptions = {}): Harness {
  return {
    ...referenceHarness({ ...options, capabilities: { lease: "process", scope: "host", ...options.capabilities } }),
    name: "process-lease reference",
  };
}
