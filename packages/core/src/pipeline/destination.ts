import type { Headers } from "../contracts/headers.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { Result } from "../contracts/result.ts";
import type { Frame } from "../transport/frame.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { Engine } from "../processor/engine.ts";

/** A value on its way through a pipeline. */
export interface Passage {
  readonly id: string;
  readonly value: unknown;
  readonly headers: Headers;
  /** It is handed off apart from its parents' settlement, so that a crash in between repeats it even inside one store. */
  readonly apart?: boolean;
}

/** Frames that are to go out, and through whom: `engine` has the transport, the codec and the outboxes. */
export interface Outgoing {
  readonly engine: Engine;
  readonly channel: ChannelSpec;
  readonly frame: Frame;
}

/** Where the values of a link go. */
export interface Destination {
  /** Errors: what the next stage's schema or codec says. */
  readonly address: (passage: Passage, from: Engine) => Awaitable<readonly Outgoing[]>;
}

/** Where a pipeline ends, well or not. */
export interface Exit {
  /** `from`: whose settlement it goes with; `undefined` when it goes apart from any, as a batch does. */
  readonly leave: (
    id: string,
    result: Result<unknown>,
    headers: Headers,
    stage: string | undefined,
    from: Engine | undefined,
  ) => readonly Outgoing[];
}
