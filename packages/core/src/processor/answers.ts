import type { Headers } from "../contracts/headers.ts";
import { knowsAudience } from "../transport/powers.ts";
import type { Sends } from "../transport/settlement.ts";
import type { Attempt } from "./attempt.ts";
import type { WireResult } from "./body-codec.ts";
import { CACHED, REPLY_TO, toReplyChannel } from "./reserved-headers.ts";
import type { WorkOptions } from "./work.ts";

/** Makes what is sent when a request ends: its response, to the broadcast if that is heard, and to whoever asked. */
export class Answers {
  readonly #options: Pick<WorkOptions, "channels" | "bodies">;
  /** Whether anybody gets what goes to the broadcast. */
  readonly #heard: () => boolean;

  constructor(options: Pick<WorkOptions, "channels" | "bodies" | "settings">) {
    this.#options = options;
    const { transport } = options.settings;
    const broadcast = options.channels.responses.name;
    this.#heard = knowsAudience(transport) ? () => transport.hears(broadcast) : () => true;
  }

  /** Errors: `ERR_ENCODE`, `ERR_TOO_LARGE`; also when nobody hears it: a job must not fail only when it is watched. */
  to(attempt: Attempt, result: WireResult, cached: boolean): readonly Sends[] | undefined {
    const { channels, bodies } = this.#options;
    const { id, headers } = attempt.delivery.frame;
    const marked: Headers | undefined = cached ? { ...headers, [CACHED]: "processor" } : headers;
    const body = bodies.encodeResult(result, channels.responses.name);
    const address = headers?.[REPLY_TO];
    const reply = address === undefined ? undefined : toReplyChannel(address);
    const heard = this.#heard();
    if (reply === undefined && !heard) return undefined;
    const frames = [{ id, body, headers: marked, options: undefined }];
    const broadcast: Sends = { channel: channels.responses, frames };
    if (reply === undefined) return [broadcast];
    return heard ? [{ channel: reply, frames }, broadcast] : [{ channel: reply, frames }];
  }
}
