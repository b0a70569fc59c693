/** Call it, or dispose of it, to end the subscription: what still waits for the target is dropped, what runs goes on. */
export interface Subscription extends Disposable {
  (): void;
  /** How many events wait for the target now. */
  readonly lag: number;
  /** How many the target has taken. */
  readonly delivered: number;
  /** How many it will not get: its queue was full, or it left before their turn. */
  readonly dropped: number;
  /** How many it failed on; `onError` of the router was told. */
  readonly failed: number;
  readonly connected: boolean;
}
