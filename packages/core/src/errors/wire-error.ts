/**
 * How an error crosses a wire: plain data, bounded in depth and size. Structured clone would lose the subclass, the code
 * and the own properties.
 *
 * Range: `cause` and `errors` together at most 8 levels deep; `stack` at most 16 KiB.
 */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  /** What a retry can hope for, when the error said. */
  readonly retry?: "later" | "never" | "unknown";
  /** Own enumerable properties that the codec can carry. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: WireError;
  /** Members of an `AggregateError`. */
  readonly errors?: readonly WireError[];
}
