import type { Awaitable, ChannelSpec, ReceiveOptions, Receiver, Sender, Transport } from "@job-orch/core";
import { altered } from "../altered.ts";
import type { Core } from "../core.ts";
import type { Harness } from "../harness.ts";
import type { Parts } from "../reference/options.ts";
import { type ReferenceHarnessOptions, referenceHarness } from "../reference/reference-harness.ts";

/** A transport that is broken on purpose, to see that the clauses notice. */
export interface Mutant {
  /** What it does wrong. */
  readonly name: string;
  /** The clauses that must fail, each with what its failure must say. */
  readonly breaks: Readonly<Record<string, RegExp>>;
  readonly make: () => Harness;
  /** A broken layer above the seam instead, over a sound transport. */
  readonly core?: Core;
}

/** A mutant of the reference with one of its parts swapped. */
export function part(name: string, breaks: Mutant["breaks"], parts: () => Partial<Parts>, options: ReferenceHarnessOptions = {}): Mutant {
  return { name, breaks, make: () => referenceHarness({ ...options, parts: parts() }) };
}

/** What a mutant changes around a sound transport. */
export interface Around {
  readonly transport?: (transport: Transport) => Partial<Transport> & Partial<Record<string, unknown>>;
  readonly sender?: (sender: Sender, channel: ChannelSpec, transport: Transport) => Partial<Sender>;
  readonly receiver?: (receiver: Receiver, channel: ChannelSpec, options: ReceiveOptions) => Partial<Receiver>;
}

/** A mutant that is wrapped around a sound transport. `around` is called once per harness, for what its connections share. */
export function wrapping(name: string, breaks: Mutant["breaks"], around: () => Around, harness: () => Harness = referenceHarness): Mutant {
  return { name, breaks, make: () => wrapped(harness(), around()) };
}

function wrapped(harness: Harness, around: Around): Harness {
  const wrap = (open: () => Promise<Transport>) => async (): Promise<Transport> => wrapTransport(await open(), around);
  const { peer, bounded } = harness;
  return {
    ...harness,
    open: wrap(harness.open),
    ...(peer === undefined ? {} : { peer: wrap(peer) }),
    ...(bounded === undefined ? {} : { bounded: { frames: bounded.frames, open: wrap(bounded.open) } }),
  };
}

function wrapTransport(transport: Transport, around: Around): Transport {
  const ends: Partial<Transport> = {
    sender: async (channel, signal) => {
      const sender = await transport.sender(channel, signal);
      return around.sender === undefined ? sender : altered(sender, around.sender(sender, channel, transport));
    },
    receiver: async (channel, options, signal) => {
      const receiver = await transport.receiver(channel, options, signal);
      return around.receiver === undefined ? receiver : altered(receiver, around.receiver(receiver, channel, options));
    },
  };
  return altered(transport, { ...ends, ...around.transport?.(transport) });
}

/** Awaits what may be there already. */
export async function settled<Value>(value: Awaitable<Value>): Promise<Value> {
  return value;
}
