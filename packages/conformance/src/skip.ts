/** How a runner marks a test as skipped, and why. */
export type Skip = (reason: string, context: unknown) => void;

/** As vitest and node:test have it: the context's `skip(reason)`. */
export const skipByContext: Skip = (reason, context) => {
  const able = context as { readonly skip?: (reason: string) => void } | undefined;
  able?.skip?.(reason);
};
