/** A value, or a promise of it. The hot path tells them apart and makes no promise when there is none. */
export type Awaitable<Value> = Value | PromiseLike<Value>;
