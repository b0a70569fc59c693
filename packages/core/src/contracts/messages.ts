import type { Headers } from "./headers.ts";
import type { Result } from "./result.ts";

/** A request on its way to a job. */
export interface RequestMessage<out Request> {
  /** Unique within its processor; the response carries the same one. */
  readonly id: string;
  readonly request: Request;
  readonly headers?: Headers;
}

/** What became of the request with the same id. */
export interface ResponseMessage<out Response> {
  readonly id: string;
  readonly result: Result<Response>;
  readonly headers?: Headers;
}
