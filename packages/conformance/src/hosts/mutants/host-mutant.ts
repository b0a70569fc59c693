import type { HostHarness, HostOptions, HostUnderTest } from "../host-under-test.ts";

/** A host that is broken on purpose, to see that the clauses notice. */
export interface HostMutant {
  /** What it does wrong. */
  readonly name: string;
  /** The clauses that must fail, each with what its failure must say. */
  readonly breaks: Readonly<Record<string, RegExp>>;
  /** What it does otherwise than a sound host, which was opened with these options. */
  readonly alter: (host: HostUnderTest, options: HostOptions) => Partial<HostUnderTest>;
  /** What it makes of its options. Default: what is asked. */
  readonly heed?: (options: HostOptions) => HostOptions;
}

/** Makes a mutant; only for the shape. */
export function hostMutant(name: string, breaks: HostMutant["breaks"], alter: HostMutant["alter"]): HostMutant {
  return { name, breaks, alter };
}

/** A harness of sound hosts, as one of hosts that are broken in that way. */
export function mutated(harness: HostHarness, { name, alter, heed }: HostMutant): HostHarness {
  const open = (asked: HostOptions): HostUnderTest => {
    const options = heed === undefined ? asked : heed(asked);
    const host = harness.open(options);
    return { ...host, ...alter(host, options), [Symbol.asyncDispose]: host.close };
  };
  return { ...harness, name, open };
}

/** A host whose calls are answered otherwise. */
export function answering(
  name: string,
  breaks: HostMutant["breaks"],
  answer: (host: HostUnderTest, options: HostOptions) => HostUnderTest["call"],
): HostMutant {
  return hostMutant(name, breaks, (host, options) => ({ call: answer(host, options) }));
}
