import { fail } from "node:assert/strict";
import {
  type Awaitable,
  type ErrorClass,
  type HostedProcessor,
  type Job,
  job,
  type ProcessorOptions,
  type ResponseMessage,
  type RunContext,
  start,
  type Transport,
} from "@job-orch/core";
import type { Bench } from "../../bench.ts";

/** A processor whose values may be anything. */
export type AnyProcessor = HostedProcessor<unknown, unknown>;

export type AnyRun = (request: unknown, resources: unknown, context: RunContext) => Awaitable<unknown>;

export interface Hosting extends Partial<Omit<ProcessorOptions, "transport" | "environment">> {
  readonly run?: AnyRun;
  readonly getCache?: (request: unknown) => Awaitable<{ readonly response: unknown } | undefined>;
  /** Instead of all that makes a job. */
  readonly job?: PlainJob;
  /** Default: a name of its own. */
  readonly name?: string;
  readonly version?: string;
  readonly errors?: readonly ErrorClass[];
  readonly schema?: Job<string, unknown, unknown, unknown, unknown, void>["request"];
  /** Default: the bench's. */
  readonly transport?: Transport;
}

type PlainJob = Job<string, unknown, unknown, unknown, unknown, unknown>;

const echo: AnyRun = (request) => request;

/** A job whose values may be anything. It echoes unless it is told what to do. */
export function definitionOf(bench: Bench, run: AnyRun = echo, name = bench.name("p")): PlainJob {
  return job<unknown, unknown, unknown>()({ name, run });
}

/** A processor that can be sent to; nothing runs yet. It and its channels are closed with the bench. */
export function processorOf(bench: Bench, hosting: Hosting = {}): AnyProcessor {
  const { run, getCache, name, version, errors, schema, job: given, transport = bench.transport, ...options } = hosting;
  const definition = given ?? { ...definitionOf(bench, run, name), version, errors, request: schema, getCache };
  const all: ProcessorOptions = {
    transport,
    environment: { clock: bench.clock, random: Math.random },
    callTimeoutMs: bench.slowMs,
    graceMs: bench.slowMs / 4,
    ...options,
  };
  // The job's types are erased here: its values may be anything.
  return bench.keep(bench.core.processor(definition as never, all as never) as unknown as AnyProcessor);
}

/** The same, running. */
export function host(bench: Bench, hosting: Hosting = {}): AnyProcessor {
  return run(bench, processorOf(bench, hosting));
}

/** Runs a processor, or anything that can be started, until the bench is closed. */
export function run<Startable extends Parameters<typeof start>[0]>(bench: Bench, startable: Startable): Startable {
  bench.keep(start(startable));
  return startable;
}

/** Retries at once. */
export const atOnce = (attempts: number): Pick<ProcessorOptions, "retry"> => ({
  retry: { attempts, backoff: { kind: "fixed", baseMs: 0 } },
});

/** What a processor broadcasts, one by one. */
export interface Responses {
  readonly next: (withinMs?: number) => Promise<ResponseMessage<unknown>>;
  /** Nothing comes for a while. */
  readonly quiet: (what: string) => Promise<void>;
}

export async function responsesOf(bench: Bench, hosted: Pick<AnyProcessor, "responseReceiver">): Promise<Responses> {
  const receiver = bench.keep(await bench.within(hosted.responseReceiver(), "a response receiver opens"));
  return {
    next: (withinMs) => bench.within(receiver.receive(), "a response comes", withinMs),
    quiet: async (what) => {
      const over = new AbortController();
      const waiting = receiver.receive({ signal: over.signal });
      waiting.catch(() => undefined);
      if (!(await bench.staysPending(waiting))) fail(`${what}, but a response came, to "${(await waiting).id}"`);
      over.abort();
    },
  };
}

/** What a call fails with. */
export function failureOf(bench: Bench, calling: Promise<unknown>): Promise<Error & { readonly code?: unknown }> {
  return later(bench.failure(() => calling, "a call fails") as Promise<Error & { readonly code?: unknown }>);
}

/** A promise that is awaited later, or never when the clause fails before: it is not to be reported as unhandled then. */
export function later<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
