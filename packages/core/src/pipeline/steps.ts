import type { Awaitable } from "../contracts/awaitable.ts";
import type { Passage } from "./destination.ts";
import type { Step } from "./operator.ts";
import { isPromise } from "../processor/awaiting.ts";

/** Takes a passage through the steps of a link: none, one or many come out. Batches are not steps of one passage; the link makes them. */
export function through(passage: Passage, steps: readonly Step[], from = 0): Awaitable<readonly Passage[]> {
  const step = steps[from];
  if (step === undefined) return [passage];
  const made = take(passage, step);
  const onward = (passages: readonly Passage[]): Awaitable<readonly Passage[]> => {
    const [only] = passages;
    if (passages.length === 1 && only !== undefined) return through(only, steps, from + 1);
    return all(passages, steps, from + 1);
  };
  return isPromise(made) ? made.then(onward) : onward(made);
}

async function all(passages: readonly Passage[], steps: readonly Step[], from: number): Promise<readonly Passage[]> {
  const out: Passage[] = [];
  for (const passage of passages) out.push(...(await through(passage, steps, from)));
  return out;
}

function take(passage: Passage, step: Step): Awaitable<readonly Passage[]> {
  const { value, id, headers } = passage;
  const context = { id, headers };
  switch (step.kind) {
    case "map":
      return then(step.apply(value, context), (made) => [{ ...passage, value: made }]);
    case "filter":
      return then(step.keep(value, context), (keep) => (keep ? [passage] : []));
    case "tap":
      return look(passage, step);
    case "flatMap":
      return then(step.spread(value, context), (parts) => spread(passage, parts));
    case "batch":
      return [passage];
  }
}

function look(passage: Passage, step: Extract<Step, { kind: "tap" }>): Awaitable<readonly Passage[]> {
  try {
    const looked = step.look(passage.value, { id: passage.id, headers: passage.headers });
    return isPromise(looked)
      ? looked.then(
          () => [passage],
          () => [passage],
        )
      : [passage];
  } catch {
    return [passage]; // whoever looks on decides nothing
  }
}

function spread({ id, headers }: Passage, parts: Iterable<unknown> | AsyncIterable<unknown>): Awaitable<readonly Passage[]> {
  if (Symbol.iterator in parts) return Array.from(parts, (value, part) => ({ id: `${id}.${part}`, headers, value }));
  return gather(id, headers, parts);
}

async function gather(id: string, headers: Passage["headers"], parts: AsyncIterable<unknown>): Promise<readonly Passage[]> {
  const out: Passage[] = [];
  for await (const value of parts) out.push({ id: `${id}.${out.length}`, headers, value });
  return out;
}

function then<Value>(value: Awaitable<Value>, make: (value: Value) => Awaitable<readonly Passage[]>): Awaitable<readonly Passage[]> {
  return isPromise(value) ? value.then(make) : make(value);
}
