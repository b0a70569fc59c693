import type { Headers } from "../contracts/headers.ts";
import { OptionError } from "../errors/errors.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";

/** Headers that core writes and reads; user headers may not start with the prefix. */
export const RESERVED_PREFIX = "job-orch-";

/** Where the response goes besides the broadcast: `w:<channel>` for a work channel, `b:<channel>` for a broadcast. */
export const REPLY_TO = "job-orch-reply-to";
/** When the caller stops waiting. Units: epoch milliseconds, as decimal digits. */
export const DEADLINE = "job-orch-deadline";
/** The version of the job that the sender was written against. */
export const VERSION = "job-orch-version";
/** On a response: which side answered from its cache, `caller` or `processor`. */
export const CACHED = "job-orch-cached";
/** What a control frame asks for: `cancel` the request with its id, or `cancel-derived`: that, and what pipelines made of it. */
export const CONTROL = "job-orch-control";

export const NO_HEADERS: Headers = Object.freeze({});

/** Refuses what a user may not send: reserved names and values that are not strings. */
export function checkUserHeaders(headers: Headers): void {
  if (typeof headers !== "object" || headers === null) {
    throw new OptionError(`"headers" is ${headers === null ? "null" : typeof headers}; it takes an object of strings`);
  }
  for (const name of Object.keys(headers)) {
    if (name.startsWith(RESERVED_PREFIX)) {
      throw new OptionError(`The header "${name}" is reserved: names that start with "${RESERVED_PREFIX}" are not yours to set`);
    }
    if (typeof headers[name] !== "string") {
      throw new OptionError(`The header "${name}" is ${typeof headers[name]}; header values are strings`);
    }
  }
}

/** Headers without what core added to them. */
export function userHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(RESERVED_PREFIX)));
}

/** What transports take as a name: a frame of someone else's may ask for anything. See `ChannelSpec`. */
const CHANNEL_NAME = /^[A-Za-z0-9_.\-/:]{1,200}$/;
const MOST_REPLY_CHANNELS = 1024;
const replyChannels = new Map<string, ChannelSpec>();

/** Reads a reply address; `undefined` when it is not one. Parsed addresses are kept, as a caller sends the same one again and again. */
export function toReplyChannel(address: string): ChannelSpec | undefined {
  const known = replyChannels.get(address);
  if (known !== undefined) return known;
  const mode = address.startsWith("w:") ? "work" : address.startsWith("b:") ? "broadcast" : undefined;
  if (mode === undefined || !CHANNEL_NAME.test(address.slice(2))) return undefined;
  if (replyChannels.size >= MOST_REPLY_CHANNELS) replyChannels.clear();
  const channel: ChannelSpec = { name: address.slice(2), mode };
  replyChannels.set(address, channel);
  return channel;
}

/** The address of a channel, as it stands in a header. */
export function toReplyAddress(channel: ChannelSpec): string {
  return `${channel.mode === "work" ? "w" : "b"}:${channel.name}`;
}

/** In a pipeline: where its caller waits, while `job-orch-reply-to` names the next link. */
export const CALLER = "job-orch-caller";
/** In a pipeline: the id of the request that came in, on all that is made of it. */
export const ROOT = "job-orch-root";
/** On an error response of a pipeline: the stage that failed. */
export const STAGE = "job-orch-stage";
/** After a batch: the callers of all its parents, as JSON `[id, address][]`. */
export const CALLERS = "job-orch-callers";
