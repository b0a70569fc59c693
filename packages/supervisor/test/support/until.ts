/** Waits for a condition. Rejects, saying what it waited for, when it does not come true in time. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, deadlineMs = 5_000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise<void>((resolve) => void setTimeout(resolve, 1));
  }
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, got ${String(value)}`);
}
