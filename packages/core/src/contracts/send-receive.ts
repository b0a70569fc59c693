import type { Result } from "./result.ts";

/** Send a request, await the response with its id (or the cached one). */
export interface SendReceive<in Request, out Response> {
  /**
   * Promise: always settles: with the response, or with `ERR_DEADLINE`, `ERR_CANCELLED` or a transport error in the result.
   * Units:   `timeoutMs` is milliseconds from this call.
   */
  readonly sendReceive: (
    request: Request,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ) => Promise<Result<Response>>;
}
