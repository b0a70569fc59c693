/** Knowing who listens, beside the seam: it saves the making of what nobody would get. */
export interface Audience {
  /** Whether a frame sent to this broadcast channel now would reach anybody. `false` only when it surely would not. */
  readonly hears: (channel: string) => boolean;
}
