import type { Awaitable } from "../contracts/awaitable.ts";
import type { Frame } from "./frame.ts";

/** The sending end of one channel. */
export interface Sender extends AsyncDisposable {
  /**
   * Promise: settles when every frame is stored at the declared durability; order within the batch is kept. Returns plain
   *          `undefined` when that is the case already. All or error: `SendError.accepted` says how many were stored.
   *          A full channel makes it wait; aborting the wait stores nothing of what is still waiting.
   * Errors:  `ERR_CLOSED`, `ERR_SEND`, `ERR_TOO_LARGE`; rejects with `signal.reason` on abort.
   */
  readonly send: (frames: readonly Frame[], signal: AbortSignal) => Awaitable<void>;
}
