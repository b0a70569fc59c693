import type { Engine } from "../processor/engine.ts";
import { CACHED, REPLY_TO, toReplyAddress } from "../processor/reserved-headers.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Destination, Outgoing } from "./destination.ts";
import { isPromise } from "../processor/awaiting.ts";
import { repeatGuard } from "./repeat-guard.ts";

/** The next stage: its request channel, with the link behind it as the reply address. */
export function stageDestination(engine: Engine, link: ChannelSpec): Destination {
  const replyTo = toReplyAddress(link);
  return {
    address: ({ id, value, headers, apart }, from) => {
      const { [CACHED]: _upstream, ...rest } = headers; // that the last answer was cached says nothing of the next
      // Other stages and pipelines, and this one elsewhere in its own, hand on what has the same id: that is no repeat.
      const guard = repeatGuard(engine, apart === true ? undefined : from, `forwarded:${from.name}:${link.name}:${id}`);
      const frame = engine.writer.forward(value, id, { ...rest, [REPLY_TO]: replyTo }, guard);
      const outgoing = (written: Outgoing["frame"]): readonly Outgoing[] => [{ engine, channel: engine.channels.requests, frame: written }];
      return isPromise(frame) ? frame.then(outgoing) : outgoing(frame);
    },
  };
}
