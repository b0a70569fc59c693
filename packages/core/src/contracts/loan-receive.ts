import type { Awaitable } from "./awaitable.ts";
import type { BatchReceive } from "./mc-receive.ts";

/** A message that is somebody's until it is done with. */
export interface Loan<out Message> {
  readonly message: Message;
  /** Lets it go; saying so again changes nothing. */
  readonly done: () => void;
}

/** A receiver whose messages can be held while others come, and let go one by one: for those who gather before they act. */
export interface LoanReceive<out Message> extends BatchReceive<Message> {
  /** Whether what was not done with comes again: to the named group that it was received for. */
  readonly returns: boolean;
  /** How many more it lends before some are done with. */
  readonly room: number;
  /**
   * Waits for at least one message and takes up to `max`, fewer when `room` is near. What is held stays on loan.
   *
   * Shape: empty only when the signal aborted or the receiver was disposed.
   */
  readonly receiveLoans: (max: number, options?: { readonly signal?: AbortSignal }) => Awaitable<readonly Loan<Message>[]>;
}
