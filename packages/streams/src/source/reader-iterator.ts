import type { ReadableStream } from "node:stream/web";

/** A web stream as an iterator that can be ended while it waits: cancelling answers what was asked. However it ends, the stream is nobody's then. */
export function readerIterator<Item>(stream: ReadableStream<Item>): AsyncIterator<Item> {
  const reader = stream.getReader();
  return {
    next: async () => {
      let goesOn = false;
      try {
        const { done, value } = await reader.read();
        goesOn = !done;
        return done ? { done, value: undefined } : { done, value };
      } finally {
        if (!goesOn) reader.releaseLock();
      }
    },
    return: async () => {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}
