import type { Message } from "./message.ts";

/** The keys from the actor that a message is for back to itself, if whoever sends it waits, over whatever others, for that one. */
export function chainTo(message: Message, from = message.caller): readonly string[] | undefined {
  const keys = [message.key];
  for (let asker = from; asker !== undefined && !asker.isDone; asker = asker.caller) {
    keys.unshift(asker.key);
    if (asker.key === message.key && asker.home === message.home) return keys;
  }
  return undefined;
}
