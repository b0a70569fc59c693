import type { WireError } from "@job-orch/core";

/** What a host asks of the worker where its actors live. */
export type ActorMail<Request> =
  | {
      readonly do: "run";
      readonly key: string;
      readonly epoch: number;
      readonly request: Request;
      /** Makes the actor, from its last snapshot; without it the actor has to be there. */
      readonly begin?: { readonly snapshot: unknown };
      /** Whether the answer is to bring a snapshot of the state along. */
      readonly keep: boolean;
    }
  /** Goes on with a message whose job asked others. */
  | { readonly do: "resume"; readonly key: string; readonly ticket: string; readonly answers: readonly AskAnswer[] }
  /** Makes the last snapshot of a state, and forgets it. */
  | { readonly do: "rest"; readonly key: string; readonly epoch: number }
  /** Forgets a state. */
  | { readonly do: "drop"; readonly key: string }
  /** Shows that somebody is there who knows actors. */
  | { readonly do: "greet" };

/** What the worker answers. An error is a value here, so that one of the actor's is never taken for one of the worker's. */
export interface ActorAnswer<Response> {
  /** It is not here: this worker began after the actor did. Nothing was run. */
  readonly missing?: true;
  readonly response?: Response;
  readonly error?: WireError;
  /** Whom a greeting reached. */
  readonly greets?: "actors";
  /** Whether the actor could be made, when it was to begin. */
  readonly began?: boolean;
  readonly kept?: { readonly snapshot: unknown };
  /** The message has not ended: its job waits for others, and goes on with `resume` and this ticket. */
  readonly waits?: string;
  /** What it asked since the last answer. */
  readonly asks?: readonly ActorAsk[];
}

/** What a job asks of other actors. */
export interface ActorAsk {
  /** Counts the asks of a message, from 1. */
  readonly n: number;
  /** The name that the job knows the others by. */
  readonly to: string;
  /** In core's codec: an error of carrying it is its job's, not the whole answer's. */
  readonly request: string;
  /** How long it still waits; without it, it tells and does not wait for a response. Units: milliseconds. */
  readonly timeoutMs?: number;
}

export interface AskAnswer {
  readonly n: number;
  /** In core's codec; none to what was told. */
  readonly response?: string;
  readonly error?: WireError;
}
