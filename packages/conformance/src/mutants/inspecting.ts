import type { Control, Inspect, Transport } from "@job-orch/core";
import type { Entry } from "../reference/entry.ts";
import { ReferenceQueue } from "../reference/queue.ts";
import { ReferenceSender } from "../reference/sender.ts";
import { type Mutant, part, wrapping } from "./mutant.ts";

type Powers = Inspect & Control;

/** Alters one of the powers. */
function power(name: string, breaks: Mutant["breaks"], alter: (powers: Powers) => Partial<Powers>): Mutant {
  return wrapping(name, breaks, () => ({ transport: (transport) => ({ ...alter(transport as Transport & Powers) }) }));
}

export const inspecting: readonly Mutant[] = [
  power("depth-counts-in-flight-as-ready", { "SPI-INS-01": /./ }, ({ depth }) => ({
    depth: async (channel) => {
      const counts = await depth(channel);
      return { ...counts, ready: counts.ready + counts.inFlight, inFlight: 0 };
    },
  })),
  power("pages-overlap", { "SPI-INS-02": /do not add up/ }, ({ list }) => ({
    list: async (channel, query) => {
      const page = await list(channel, query);
      return { ...page, next: page.next === undefined ? undefined : String(Number(page.next) - 1) };
    },
  })),
  power("filter-ignored", { "SPI-INS-03": /list with/ }, ({ list }) => ({
    list: (channel, { error: _, ...query } = {}) => list(channel, query),
  })),
  power("history-forgets-first", { "SPI-INS-04": /./ }, ({ history }) => ({
    history: async (channel, id) => {
      const told = await history(channel, id);
      return told === undefined ? undefined : { ...told, attempts: told.attempts.slice(-1) };
    },
  })),
  power("redrive-says-what-was-asked", { "API-RTY-08": /./, "SPI-INS-05": /./ }, ({ redrive }) => ({
    redrive: async (channel, query) => Math.max(await redrive(channel, query), query?.ids?.length ?? 1),
  })),
  power("remove-does-nothing", { "SPI-INS-06": /./ }, () => ({ remove: async () => 2 })),
  power("pause-does-nothing", { "SPI-INS-07": /channel is paused, but/ }, () => ({ pause: async () => {} })),
  power("cancel-says-yes", { "SPI-INS-08": /./ }, ({ cancel }) => ({
    cancel: async (channel, id) => {
      await cancel(channel, id);
      return "cancelled";
    },
  })),
  part("cancelled-is-completed", { "SPI-INS-09": /./ }, () => ({
    Queue: class extends ReferenceQueue {
      override end(entry: Entry, state: "completed" | "cancelled" | "dead", error?: Parameters<ReferenceQueue["end"]>[2]): void {
        super.end(entry, state === "cancelled" ? "completed" : state, error);
      }
    },
  })),
  part("sender-second-close-throws", { "SPI-TRT-11": /already closed/ }, () => ({
    Sender: class extends ReferenceSender {
      #closed = false;
      override async [Symbol.asyncDispose](): Promise<void> {
        if (this.#closed) throw new TypeError("already closed");
        this.#closed = true;
        await super[Symbol.asyncDispose]();
      }
    },
  })),
];
