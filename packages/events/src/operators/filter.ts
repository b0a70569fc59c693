import type { Operator } from "./operator.ts";

/** Lets through what `keep` says; the rest is let go. */
export function filter<In, Out extends In>(keep: (message: In) => message is Out): Operator<In, Out>;
export function filter<In>(keep: (message: In) => boolean): Operator<In, In>;
export function filter<In>(keep: (message: In) => boolean): Operator<In, In> {
  return {
    name: "filter",
    open: ({ emit, count }) => ({
      take: (message, held) => {
        if (keep(message)) return emit(message, [held]);
        count("dropped");
        return held.release();
      },
      end: () => undefined,
      relieve: () => false,
    }),
  };
}
