import type { ChannelSpec, Frame, ReceiveOptions } from "@job-orch/core";
import { never } from "../never.ts";
import type { Held, Harness, Holder } from "../harness.ts";
import { VirtualClock } from "../virtual-clock.ts";
import type { ReferenceOptions } from "./options.ts";
import { ReferenceStore } from "./store.ts";
import { InspectableReferenceTransport, ReferenceTransport } from "./transport.ts";

/** How long the pretended server stays away when it restarts. Units: milliseconds. */
const DOWN_MS = 50;
const BOUNDED_FRAMES = 20;

export interface ReferenceHarnessOptions extends ReferenceOptions {
  /** Without the `Inspect` and `Control` powers. */
  readonly opaque?: boolean;
  /** Without anything that makes a send wait. */
  readonly unbounded?: boolean;
  readonly makeStore?: (options: ReferenceOptions) => ReferenceStore;
  readonly connect?: (store: ReferenceStore) => ReferenceTransport;
}

/** A harness for the reference, on a clock that need not be waited for. Processes are pretended: nothing leaves this one. */
export function referenceHarness(options: ReferenceHarnessOptions = {}): Harness & { readonly clock: VirtualClock } {
  const clock = new VirtualClock();
  const makeStore = options.makeStore ?? ((own: ReferenceOptions) => new ReferenceStore(own));
  const connect =
    options.connect ??
    ((store: ReferenceStore) => (options.opaque === true ? new ReferenceTransport(store) : new InspectableReferenceTransport(store)));
  let store = makeStore({ ...options, clock });
  const open = async (): Promise<ReferenceTransport> => connect(store);
  return {
    name: "reference",
    open,
    peer: open,
    crash: async () => pretendedHolder(connect(store)),
    restart: () => store.bounce(DOWN_MS),
    reset: async () => {
      store = makeStore({ ...options, clock });
    },
    ...(options.unbounded === true
      ? {}
      : { bounded: { frames: BOUNDED_FRAMES, open: async () => connect(makeStore({ ...options, capacity: BOUNDED_FRAMES, clock })) } }),
    leftovers: () => store.anonymousQueues + clock.pending,
    slowMs: 2_000,
    quietMs: 100,
    clock,
  };
}

/** A holder whose process is a connection that ends without goodbye. */
export function pretendedHolder(transport: ReferenceTransport): Holder {
  return {
    hold: async (channel: ChannelSpec, options: ReceiveOptions, count: number): Promise<readonly Held[]> => {
      const receiver = await transport.receiver(channel, options, never);
      const held: Held[] = [];
      while (held.length < count) {
        const taken = await receiver.receive(count - held.length, never);
        held.push(...taken.map(({ frame, attempt, fence }) => ({ id: frame.id, attempt, fence })));
        if (taken.length === 0) break;
      }
      return held;
    },
    send: async (channel: ChannelSpec, frames: readonly Frame[]) => {
      const sender = await transport.sender(channel, never);
      await sender.send(frames, never);
    },
    consume: async (channel, options, onAcked) => {
      const receiver = await transport.receiver(channel, options, never);
      const work = async (): Promise<void> => {
        while (!receiver.closed) {
          for (const delivery of await receiver.receive(options.maxInFlight, never)) {
            await new Promise<void>((resolve) => transport.store.settings.clock.after(1, resolve));
            if (receiver.closed) return;
            await receiver.settle([{ delivery, outcome: { kind: "ack" } }]);
            onAcked(delivery.frame.id);
          }
        }
      };
      void work();
    },
    block: async () => {},
    kill: async () => transport.die(),
  };
}
