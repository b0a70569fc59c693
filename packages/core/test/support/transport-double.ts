import type { Capabilities, ChannelSpec, Receiver, ReceiveOptions, Sender, Settlement, Transport } from "../../src/index.ts";

export interface Tampering {
  readonly capabilities?: Partial<Capabilities>;
  /** Called before a sender or receiver is opened; throw or hang to play a store that is away. */
  readonly onOpen?: (what: "sender" | "receiver", channel: ChannelSpec) => void | Promise<void>;
  readonly onSend?: (channel: ChannelSpec, ids: readonly string[]) => void | Promise<void>;
  readonly onSettle?: (channel: ChannelSpec, settlements: readonly Settlement[]) => void | Promise<void>;
  readonly wrapReceiver?: (channel: ChannelSpec, receiver: Receiver) => Receiver;
}

/**
 * A real transport, watched and disturbed from outside. Without the powers beside the seam: core sees a plain `Transport`.
 * Capabilities can only be taken away; what core then no longer asks for does not happen.
 */
export function tampered(inner: Transport, tampering: Tampering): Transport {
  const { onOpen, onSend, onSettle, wrapReceiver } = tampering;
  return {
    name: "tampered",
    capabilities: { ...inner.capabilities, ...tampering.capabilities },
    sender: async (channel: ChannelSpec, signal: AbortSignal): Promise<Sender> => {
      await onOpen?.("sender", channel);
      const sender = await inner.sender(channel, signal);
      return {
        send: async (frames, sendSignal) => {
          await onSend?.(
            channel,
            frames.map(({ id }) => id),
          );
          await sender.send(frames, sendSignal);
        },
        [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
      };
    },
    receiver: async (channel: ChannelSpec, options: ReceiveOptions, signal: AbortSignal): Promise<Receiver> => {
      await onOpen?.("receiver", channel);
      const opened = await inner.receiver(channel, options, signal);
      const receiver: Receiver = {
        receive: (max, receiveSignal) => opened.receive(max, receiveSignal),
        settle: async (settlements) => {
          await onSettle?.(channel, settlements);
          return opened.settle(settlements);
        },
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      };
      return wrapReceiver?.(channel, receiver) ?? receiver;
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}
