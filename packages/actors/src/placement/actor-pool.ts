import type { ErrorClass } from "@job-orch/core";
import type { ActorAnswer, ActorMail } from "./mail.ts";

/** What `poolHosts` needs of a pool whose workers serve an `actorsJob`; `threads` and `processes` make such pools. */
export interface ActorPool<Request, Response> {
  readonly name: string;
  readonly errors: readonly ErrorClass[];
  /** Requests of one lane go to one place, in order. */
  readonly call: (
    mail: ActorMail<Request>,
    options: { readonly lane: number; readonly timeoutMs: number; readonly signal: AbortSignal },
  ) => Promise<ActorAnswer<Response>>;
  readonly on: (
    event: "workerReady" | "workerExited",
    listener: (event: { readonly place: number; readonly incarnation: number }) => void,
  ) => () => void;
}
