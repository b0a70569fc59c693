import type { Engine } from "../processor/engine.ts";
import { CACHED, REPLY_TO, toReplyAddress } from "../processor/reserved-headers.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { FrameOptions } from "../transport/frame.ts";
import type { Destination, Outgoing } from "./destination.ts";
import { isPromise } from "../processor/awaiting.ts";

/** How long a store remembers a forwarded id, to collapse the repeat after a crash between hand-off and ack. Units: milliseconds. */
const REPEAT_WINDOW_MS = 60 * 60 * 1000;

/** The next stage: its request channel, with the link behind it as the reply address. */
export function stageDestination(engine: Engine, link: ChannelSpec): Destination {
  const replyTo = toReplyAddress(link);
  return {
    address: ({ id, value, headers, apart }, from) => {
      const { [CACHED]: _upstream, ...rest } = headers; // that the last answer was cached says nothing of the next
      const guard = repeatGuard(engine, apart === true ? undefined : from, id);
      const frame = engine.writer.forward(value, id, { ...rest, [REPLY_TO]: replyTo }, guard);
      const outgoing = (written: Outgoing["frame"]): readonly Outgoing[] => [{ engine, channel: engine.channels.requests, frame: written }];
      return isPromise(frame) ? frame.then(outgoing) : outgoing(frame);
    },
  };
}

/** Inside one transactional store a hand-off cannot repeat; elsewhere the store collapses what does. */
function repeatGuard(engine: Engine, from: Engine | undefined, id: string): FrameOptions | undefined {
  const { capabilities } = engine.transport;
  if (from?.transport === engine.transport && capabilities.transactional) return undefined;
  if (!capabilities.dedupe) return undefined;
  return { dedupe: { key: `forwarded:${id}`, windowMs: REPEAT_WINDOW_MS, scope: "window", onDuplicate: "drop" } };
}
