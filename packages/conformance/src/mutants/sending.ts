import type { Frame } from "@job-orch/core";
import { ReferenceQueue } from "../reference/queue.ts";
import { ReferenceSender } from "../reference/sender.ts";
import { plainReference } from "../reference/variants.ts";
import { type Mutant, part, wrapping } from "./mutant.ts";

/** Alters every frame on its way in. */
function frames(name: string, breaks: Mutant["breaks"], alter: (frame: Frame) => Frame): Mutant {
  return wrapping(name, breaks, () => ({ sender: (sender) => ({ send: (given, signal) => sender.send(given.map(alter), signal) }) }));
}

function latin1(body: unknown): unknown {
  return body instanceof Uint8Array ? new TextEncoder().encode(new TextDecoder().decode(body)) : body;
}

/** Every 20th frame of all. */
function leaky(): (frame: Frame) => boolean {
  let count = 0;
  return () => ++count % 20 !== 0;
}

export const sending: readonly Mutant[] = [
  frames("body-latin1: bodies go through a string", { "SPI-SND-01": /bytes of a body were altered/ }, (frame) => ({
    ...frame,
    body: latin1(frame.body),
  })),
  frames(
    "headers-dropped",
    { "SPI-SND-03": /headers were altered/, "SPI-SND-10": /headers were not kept/ },
    ({ headers: _, ...frame }) => frame,
  ),
  frames("ids-cut: ids are cut after 64 characters", { "SPI-SND-03": /id was altered/ }, (frame) => ({
    ...frame,
    id: frame.id.slice(0, 64),
  })),
  frames("bodies-cut: bodies are cut after 32 KiB", { "SPI-LIM-02": /32768/, "SPI-LIM-03": /32768/ }, (frame) =>
    frame.body instanceof Uint8Array ? { ...frame, body: frame.body.subarray(0, 32_768) } : frame,
  ),
  frames("headers-cut: no more than 64 headers", { "SPI-LIM-04": /headers were lost/ }, (frame) => ({
    ...frame,
    headers: Object.fromEntries(Object.entries(frame.headers ?? {}).slice(0, 64)),
  })),
  wrapping(
    "values-through-json",
    { "SPI-SND-02": /value was altered/ },
    () => ({
      sender: (sender) => ({
        send: (given, signal) =>
          sender.send(
            given.map((frame) => ({ ...frame, body: JSON.parse(JSON.stringify(frame.body) ?? "null") as unknown })),
            signal,
          ),
      }),
    }),
    plainReference,
  ),
  wrapping(
    "lifo-batches",
    { "SPI-SND-04": /order of a batch/, "SPI-ORD-01": /order was changed/, "SPI-FAN-10": /order was changed/ },
    () => ({
      sender: (sender) => ({ send: (given, signal) => sender.send([...given].reverse(), signal) }),
    }),
  ),
  wrapping("send-resolves-but-drops-5%", { "SPI-SND-05": /10 of 200 frames never came|190 of 200/, "SPI-SND-06": /of 400/ }, () => {
    const keeps = leaky();
    return { sender: (sender) => ({ send: (given, signal) => sender.send(given.filter(keeps), signal) }) };
  }),
  wrapping("sends-twice", { "SPI-WRK-01": /came more than once|were acked/, "SPI-WRK-02": /came more than once|were acked/ }, () => ({
    sender: (sender) => ({
      send: async (given, signal) => {
        await sender.send(given, signal);
        await sender.send(given, signal);
      },
    }),
  })),
  wrapping("empty-send-hangs", { "SPI-SND-08": /a send is accepted: not within/ }, () => ({
    sender: (sender) => ({ send: (given, signal) => (given.length === 0 ? new Promise<void>(() => {}) : sender.send(given, signal)) }),
  })),
  wrapping("sends-when-listened-to: a work channel drops what nobody receives yet", { "SPI-SND-07": /0 of 3 deliveries/ }, () => {
    const listening = new Set<string>();
    return {
      sender: (sender, channel) => ({
        send: (given, signal) => sender.send(channel.mode === "broadcast" || listening.has(channel.name) ? given : [], signal),
      }),
      receiver: (_, channel) => (listening.add(channel.name), {}),
    };
  }),
  wrapping("names-folded: upper and lower case are one", { "SPI-WRK-11": /mixed up/ }, () => ({
    transport: (transport) => ({
      sender: (channel, signal) => transport.sender({ ...channel, name: channel.name.toLowerCase() }, signal),
      receiver: (channel, options, signal) => transport.receiver({ ...channel, name: channel.name.toLowerCase() }, options, signal),
    }),
  })),
  part("send-wakes-nobody", { "SPI-WRK-04": /woken by a send: not within/, "SPI-WRK-05": /woken by a peer's send: not within/ }, () => ({
    Queue: class extends ReferenceQueue {
      override accept(given: readonly Frame[]): void {
        for (const frame of given) this.put(frame);
      }
    },
  })),
  part("closed-sender-sends", { "SPI-TRT-03": /it did not fail/, "SPI-TRT-04": /it did not fail/ }, () => ({
    Sender: class extends ReferenceSender {
      override checkOpen(): void {}
    },
  })),
  wrapping("abort-before-sends", { "SPI-TRT-05": /it did not fail/ }, () => ({
    sender: (sender) => ({ send: (given) => sender.send(given, new AbortController().signal) }),
  })),
  wrapping(
    "abort-rejects-with-its-own-error",
    { "SPI-TRT-05": /something else than the signal's reason/, "SPI-BPR-02": /something else than the signal's reason/ },
    () => ({
      sender: (sender) => ({
        send: async (given, signal) => {
          try {
            await sender.send(given, signal);
          } catch (error) {
            throw signal.aborted ? new DOMException("aborted", "AbortError") : error;
          }
        },
      }),
    }),
  ),
  wrapping("leaks-listeners", { "SPI-TRT-16": /listeners were left/ }, () => ({
    sender: (sender) => ({
      send: (given, signal) => {
        signal.addEventListener("abort", () => {});
        return sender.send(given, signal);
      },
    }),
  })),
  wrapping("closing-one-sender-closes-all", { "SPI-TRT-15": /sender is closed/ }, () => {
    const senders: AsyncDisposable[] = [];
    return {
      sender: (sender) => {
        senders.push(sender);
        return { [Symbol.asyncDispose]: async () => void (await Promise.all(senders.map((one) => one[Symbol.asyncDispose]()))) };
      },
    };
  }),
];
