import { afterAll, describe, expect, it } from "vitest";
import { defineJob, fanOut, job, OptionError, pipe, processor, sendReceive, start } from "../../src/index.ts";
import { memory } from "../support/wires.ts";

// What callers without types get wrong used to come back as a TypeError from somewhere inside, or not at all.
const transport = memory();
const echo = job<unknown, unknown>()({ name: "echo", run: (value) => value });
const hosted = processor(echo, { transport });
const cached = processor(job<unknown, unknown>()({ name: "cached", run: (value) => value, getCache: () => undefined }), { transport });
const { name, requestSender, responseReceiver, run } = hosted;
const foreign = sendReceive({ name, requestSender, responseReceiver, run });
afterAll(() => Promise.all([hosted.close(), cached.close(), foreign[Symbol.asyncDispose]()]));

const any = (value: unknown): never => value as never;
const made = (options: object) => () => processor(echo, { transport, ...options } as never);

const wrong: readonly (readonly [what: string, use: () => unknown])[] = [
  ["a job that is none", () => processor(any(undefined), { transport })],
  ["a job without a name", () => processor(any({ run: () => 1 }), { transport })],
  ["a definition that is none", () => defineJob(any(null))],
  ["a schema that is null", () => defineJob(any({ name: "x", request: null, run: () => 1 }))],
  ["a name that JSON cannot show", () => defineJob(any({ name: 1n, run: () => 1 }))],
  ["a transport that cannot send", () => processor(echo, { transport: any({ receiver: () => undefined }) })],
  ["retry.never of something else than classes", made({ retry: { never: ["Error"] } })],
  ["retry.never that is no array", made({ retry: { never: TypeError } })],
  ["a backoff with a misspelt kind", made({ retry: { backoff: { kind: "exponentail", baseMs: 1 } } })],
  ["resources that are no factory", made({ resources: {} })],
  ["an environment without a clock", made({ environment: { random: Math.random } })],
  ["a concurrency that throws when shown", made({ concurrency: Object.create(null) })],
  ["a delay that never ends", () => hosted.send(1, any({ delayMs: Number.POSITIVE_INFINITY }))],
  ["an id that is a number, where a cache is asked", () => cached.call(1, any({ id: 5 }))],
  ["a timeout that is NaN, over a processor of someone else's", () => foreign.call(1, any({ timeoutMs: Number.NaN }))],
  ["a signal that is none, over a processor of someone else's", () => foreign.call(1, any({ signal: {} }))],
  ["runAt as text", () => hosted.send(1, any({ runAt: "2030-01-01" }))],
  ["a deadline that is a symbol", () => hosted.call(1, any({ deadline: Symbol("soon") }))],
  ["headers that are a number", () => hosted.send(1, any({ headers: 5 }))],
  ["an unknown dedupe scope", () => hosted.send(1, any({ dedupeKey: "k", dedupe: { scope: "ever" } }))],
  ["an unknown answer to duplicates", () => hosted.send(1, any({ dedupeKey: "k", dedupe: { onDuplicate: "keep" } }))],
  ["a signal that is none, in send", () => hosted.send(1, any({ signal: {} }))],
  ["a signal that is none, in call", () => hosted.call(1, any({ signal: 5 }))],
  ["a signal that is none, in responseReceiver", () => hosted.responseReceiver(any({ signal: true }))],
  ["a signal that is none, in run", () => hosted.run(undefined as never, any({ signal: "no" }))],
  ["sendMany of nothing", () => hosted.sendMany(any(undefined))],
  ["a group that is a number", () => hosted.responseReceiver(any({ group: 7 }))],
  ["cancel without an id", () => hosted.cancel(any(undefined))],
  ["a listener that is none", () => hosted.on("sent", any(undefined))],
  ["a grace that is NaN", () => hosted.stop({ graceMs: Number.NaN })],
  ["start of nothing", () => start(any(undefined))],
  ["start of what cannot run", () => start([any({})])],
  ["sendReceive of nothing", () => sendReceive(any(undefined))],
  ["pipe of a name", () => (pipe as (...parts: unknown[]) => unknown)("echo")],
  ["pipe of nothing in the middle", () => (pipe as (...parts: unknown[]) => unknown)(hosted, undefined, hosted)],
  ["fanOut of one processor", () => fanOut(any(hosted))],
];

describe("a wrong argument", () => {
  it.each(wrong)("%s is ERR_OPTION with a sentence", async (_what, use) => {
    let thrown: unknown;
    try {
      await use();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OptionError);
    expect((thrown as Error).message).toMatch(/\w+ .+/);
  });

  it("leaves nothing behind in the channel", async () => {
    expect(await transport.depth("echo")).toMatchObject({ ready: 0, delayed: 0, inFlight: 0 });
  });
});
