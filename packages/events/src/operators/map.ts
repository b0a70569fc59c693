import type { Operator } from "./operator.ts";

/** Makes another message of each. What `apply` throws ends the row: the message is not let go. */
export function map<In, Out>(apply: (message: In) => Out): Operator<In, Out> {
  return {
    name: "map",
    open: ({ emit }) => ({ take: (message, held) => emit(apply(message), [held]), end: () => undefined, relieve: () => false }),
  };
}
