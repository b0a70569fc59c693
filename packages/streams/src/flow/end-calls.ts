/** What was told to stop has this long before its pool is told to see to it. Units: milliseconds. */
const STOP_GRACE_MS = 250;

/** Waits until no call is under way; those that do not stop by themselves are aborted. The calls must not reject. */
export async function endCalls(calls: Iterable<Promise<void>>, ending: AbortController): Promise<void> {
  const all = [...calls];
  if (all.length === 0) return;
  const timer = setTimeout(() => ending.abort(), STOP_GRACE_MS);
  await Promise.all(all);
  clearTimeout(timer);
}
