import type { ReadableStream } from "node:stream/web";

/** A web stream as an iterator that can be ended while it waits: cancelling answers what was asked. */
export function readerIterator<Item>(stream: ReadableStream<Item>): AsyncIterator<Item> {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      if (!done) return { done, value };
      reader.releaseLock();
      return { done: true, value: undefined };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
