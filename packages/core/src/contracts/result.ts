/** A response, or the error in its place. A job throws; the edge of its processor turns that into a `Result`. */
export type Result<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Error };
