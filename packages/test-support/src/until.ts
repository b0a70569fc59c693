type Condition = () => boolean | Promise<boolean>;

/** Long enough for a machine that is busy with other tests. Units: milliseconds. */
const PATIENCE_MS = 10_000;
/** How often a condition is looked at. Units: milliseconds. */
const LOOK_MS = 2;

/** Waits for a condition. Rejects, saying what it waited for (default: the condition's source), when it does not come true in time. */
export function until(what: string, condition: Condition, withinMs?: number): Promise<void>;
export function until(condition: Condition, withinMs?: number): Promise<void>;
export function until(first: string | Condition, second?: Condition | number, third?: number): Promise<void> {
  if (typeof first === "string") return wait(first, second as Condition, third);
  return wait(first.toString(), first, second as number | undefined);
}

async function wait(what: string, condition: Condition, withinMs = PATIENCE_MS): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await new Promise<void>((resolve) => void setTimeout(resolve, LOOK_MS));
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
