import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import type { Need } from "../../needs.ts";
import { host, processorOf, responsesOf, run } from "./host.ts";

/** Asking for what the transport never claimed fails before anything is sent. */
function gate(id: string, what: string, need: Need, options: Readonly<Record<string, unknown>>): Clause {
  return clause(
    `API-OPT-${id}`,
    `${what} is refused before anything is sent where the transport does not claim it`,
    [need],
    async (bench) => {
      const ran: unknown[] = [];
      const hosted = host(bench, { run: (request) => void ran.push(request) });
      const send = hosted.send as (request: unknown, options: unknown) => Promise<string>;
      await bench.refused(() => send("refused", options), ["ERR_UNSUPPORTED"], what);
      await bench.within(hosted.call("next"), "a call is answered");
      await bench.pause(bench.quietMs);
      deepStrictEqual(ran, ["next"], "it was sent all the same");
    },
  );
}

type Sending = (request: unknown, options: unknown) => Promise<string>;

/** Sends with options that the types gate by the capabilities of one transport. */
function sending(bench: Bench, send: unknown): (request: unknown, options: unknown) => Promise<string> {
  return (request, options) => bench.within((send as Sending)(request, options), "a send is accepted");
}

export const gates: readonly Clause[] = [
  gate("01", "delayMs", "no delay", { delayMs: 1_000 }),
  gate("02", "runAt", "no delay", { runAt: new Date(4_000_000_000_000) }),
  gate("03", "priority", "no priority", { priority: 9 }),
  gate("04", "dedupeKey", "no dedupe", { dedupeKey: "k" }),
  gate("05", "orderKey", "not ordered by key", { orderKey: "k" }),

  clause("API-OPT-06", "a group of responses is refused where the transport has no groups", ["no groups"], async (bench) => {
    await bench.refused(() => processorOf(bench).responseReceiver({ group: "audit" }), ["ERR_UNSUPPORTED"], "a group");
  }),

  clause("API-OPT-07", "a request with delayMs is not begun before, and then soon", ["delay"], async (bench) => {
    let beganMs = 0;
    const hosted = host(bench, { run: () => void (beganMs = bench.clock.now()) });
    const sentMs = bench.clock.now();
    await sending(bench, hosted.send)("x", { delayMs: 2 * bench.quietMs });
    await bench.until(() => beganMs > 0, "the delayed request runs", 2 * bench.quietMs + bench.slowMs);
    ok(beganMs - sentMs >= 2 * bench.quietMs - 2, `it was begun after ${beganMs - sentMs} ms, its delay being ${2 * bench.quietMs} ms`);
  }),

  clause("API-OPT-08", "of requests with one dedupeKey, one is run while it is pending", ["dedupe"], async (bench) => {
    const ran: unknown[] = [];
    const hosted = processorOf(bench, { run: (request) => void ran.push(request) });
    const responses = await responsesOf(bench, hosted);
    for (const request of ["first", "second", "third"]) await sending(bench, hosted.send)(request, { dedupeKey: "k" });
    run(bench, hosted);
    await responses.next();
    await responses.quiet("the others were duplicates");
    deepStrictEqual(ran, ["first"]);
  }),

  clause(
    "API-OPT-09",
    "requests with one orderKey run one at a time in their order, retries included",
    ["ordered by key"],
    async (bench) => {
      const ended: unknown[] = [];
      let running = 0;
      const hosted = host(bench, {
        concurrency: 8,
        retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 0 } },
        run: async (request, _resources, { attempt }) => {
          strictEqual(++running, 1, "two requests of one key ran at once");
          await bench.pause(1);
          running--;
          if (request === 1 && attempt === 1) throw new RangeError("again");
          ended.push(request);
        },
      });
      for (const request of [0, 1, 2, 3]) await sending(bench, hosted.send)(request, { orderKey: "k" });
      await bench.until(() => ended.length === 4, "all requests ran");
      deepStrictEqual(ended, [0, 1, 2, 3], "the order was changed");
    },
  ),

  clause("API-OPT-10", "a group of responses keeps what comes while its members are away", ["groups"], async (bench) => {
    const hosted = host(bench);
    const away = await bench.within(hosted.responseReceiver({ group: "audit" }), "a response receiver opens");
    await bench.within(away[Symbol.asyncDispose](), "a response receiver closes");
    await bench.within(hosted.call("x", { id: "kept" }), "a call is answered");
    const back = bench.keep(await bench.within(hosted.responseReceiver({ group: "audit" }), "a response receiver opens"));
    strictEqual((await bench.within(back.receive(), "a response comes")).id, "kept");
  }),
];
