import type { Engine } from "../processor/engine.ts";
import type { FrameOptions } from "../transport/frame.ts";

/** How long a store remembers what was handed to it, to collapse the repeat after a crash between hand-off and ack. Units: milliseconds. */
const REPEAT_WINDOW_MS = 60 * 60 * 1000;

/**
 * Inside one transactional store a hand-off cannot repeat; elsewhere the store that takes it collapses what does.
 *
 * `from`: where the settlement is stored that the hand-off belongs to; `undefined` when it goes apart from any.
 */
export function repeatGuard(to: Engine, from: Engine | undefined, what: string): FrameOptions | undefined {
  const { capabilities } = to.transport;
  if (from?.transport === to.transport && capabilities.transactional) return undefined;
  if (!capabilities.dedupe) return undefined;
  return { dedupe: { key: what, windowMs: REPEAT_WINDOW_MS, scope: "window", onDuplicate: "drop" } };
}
