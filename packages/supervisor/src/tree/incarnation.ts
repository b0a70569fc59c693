import type { Clock, Startable } from "@job-orch/core";
import { checkMembers } from "@job-orch/core/substrate";
import { ChildStartError } from "../errors.ts";
import type { ChildContext, ChildFunction, StartedChild, StartSpec } from "./child-spec.ts";

/** One life of a child. */
export interface Incarnation {
  /** Resolves when it is up; never, when it ends before. */
  readonly up: Promise<void>;
  /** When and how it ended. Never rejects. */
  readonly ended: Promise<Ending>;
  /** Tells it to take nothing new from outside. */
  readonly closeIntake: () => void;
  /** Tells it to end within that time. Units: milliseconds. */
  readonly stop: (graceMs: number) => void;
  /** Tells it that no time is left. */
  readonly hurry: () => void;
  /** Of a supervisor that was up once: whether all of its children are up now. */
  readonly isWhole?: () => boolean;
}

export interface Ending {
  readonly how: "returned" | "threw" | "neverUp";
  readonly error: unknown;
}

const RETURNED: Ending = { how: "returned", error: undefined };

/** What a processor, a pipeline or another supervisor does until it is stopped. */
export function ofStartable(what: Startable, up: Promise<void> = Promise.resolve()): Incarnation {
  return {
    up,
    ended: endingOf(() => what.run()),
    closeIntake: () => closeIntakeOf(what),
    stop: (graceMs) => quietly(() => what.stop({ graceMs })),
    hurry: () => quietly(() => what.stop({ graceMs: 0 })),
  };
}

export function ofFunction(run: ChildFunction, incarnation: number): Incarnation {
  const { context, closeIntake, stop, hurry } = contextOf(incarnation);
  const ended = endingOf(() => run(context)).then((ending) => excused(ending, context));
  return { up: Promise.resolve(), ended, closeIntake, stop, hurry };
}

/** What first comes up, and then runs. */
export function ofStart(id: string, spec: Pick<StartSpec, "start" | "startTimeoutMs">, incarnation: number, clock: Clock): Incarnation {
  const { context, closeIntake, stop, hurry } = contextOf(incarnation);
  const up = Promise.withResolvers<void>();
  let running: StartedChild | undefined;
  let graceMs = 0;
  const live = async (): Promise<Ending> => {
    try {
      running = await inTime(id, spec, context, clock);
      checkMembers(`${id}.start()`, running, ["stop"], "what runs: { ended, stop }");
      checkMembers(`${id}.start().ended`, running.ended, ["then"], "a promise");
    } catch (error) {
      const ending = excused({ how: "neverUp", error }, context);
      hurry(); // it may be starting still
      quietly(() => running?.stop({ graceMs: 0 })); // or is up, and cannot say when it ends
      return ending;
    }
    const { ended } = running;
    if (context.closing.aborted) closeIntakeOf(running);
    if (context.hurry.aborted) quietly(() => running?.stop({ graceMs: 0 }));
    else if (context.signal.aborted) quietly(() => running?.stop({ graceMs }));
    else up.resolve();
    return endingOf(() => ended);
  };
  return {
    up: up.promise,
    ended: live(),
    closeIntake: () => {
      closeIntake();
      if (running !== undefined) closeIntakeOf(running);
    },
    stop: (withinMs) => {
      graceMs = withinMs;
      stop();
      quietly(() => running?.stop({ graceMs: withinMs }));
    },
    hurry: () => {
      hurry();
      quietly(() => running?.stop({ graceMs: 0 }));
    },
  };
}

function inTime(
  id: string,
  { start, startTimeoutMs = 30_000 }: Pick<StartSpec, "start" | "startTimeoutMs">,
  context: ChildContext,
  clock: Clock,
): Promise<StartedChild> {
  const { promise, resolve, reject } = Promise.withResolvers<StartedChild>();
  let late = false;
  const giveUp = (reason: unknown): void => {
    late = true;
    reject(reason);
  };
  const timer = clock.after(startTimeoutMs, () => giveUp(new ChildStartError(id, startTimeoutMs)));
  const hurried = (): void => giveUp(context.hurry.reason);
  context.hurry.addEventListener("abort", hurried, { once: true });
  const starting = (async () => start(context))();
  starting.then(resolve, reject);
  starting.then(
    (running) => {
      if (!late) return;
      quietly(() => running.ended); // up too late: nobody waits for it any more, nor for how it ends
      quietly(() => running.stop({ graceMs: 0 }));
    },
    () => undefined,
  );
  return promise.finally(() => {
    timer.cancel();
    context.hurry.removeEventListener("abort", hurried);
  });
}

function contextOf(incarnation: number) {
  const closing = new AbortController();
  const stopping = new AbortController();
  const hurrying = new AbortController();
  const closeIntake = (): void => closing.abort();
  const stop = (): void => {
    closeIntake();
    stopping.abort();
  };
  const hurry = (): void => {
    stop();
    hurrying.abort();
  };
  const context: ChildContext = { closing: closing.signal, signal: stopping.signal, hurry: hurrying.signal, incarnation };
  return { context, closeIntake, stop, hurry };
}

async function endingOf(run: () => unknown): Promise<Ending> {
  try {
    await run();
    return RETURNED;
  } catch (error) {
    return { how: "threw", error };
  }
}

/** Who was told to end and throws because of that has ended well. */
function excused(ending: Ending, { closing, signal, hurry }: ChildContext): Ending {
  const reason: unknown = ending.error;
  const isAbort = (one: AbortSignal): boolean =>
    one.aborted && (reason === one.reason || (reason instanceof Error && (reason.name === "AbortError" || reason.cause === one.reason)));
  return ending.how !== "returned" && [closing, signal, hurry].some(isAbort) ? RETURNED : ending;
}

/** Processors and pipelines can; pools cannot and should not, as those who send to them have not ended yet. */
function closeIntakeOf(what: Startable | StartedChild): void {
  const { closeIntake } = what as { readonly closeIntake?: unknown };
  if (typeof closeIntake === "function") quietly(() => closeIntake.call(what) as undefined);
}

/** A stop that fails is heard of through `ended`. */
function quietly(act: () => PromiseLike<unknown> | undefined): void {
  (async () => act())().catch(() => undefined);
}
