import { strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";
import { type Hosting, host, processorOf, responsesOf, run } from "./host.ts";

/** Takes numbers. */
const numbers: NonNullable<Hosting["schema"]> = {
  "~standard": {
    version: 1,
    vendor: "job-orch-conformance",
    validate: (value) => (typeof value === "number" ? { value } : { issues: [{ message: "not a number" }] }),
  },
};

export const poison: readonly Clause[] = [
  clause(
    "API-PSN-01",
    "a body that cannot be decoded is answered with ERR_DECODE and never run; the loop goes on",
    ["bytes"],
    async (bench) => {
      const hosted = host(bench);
      const responses = await responsesOf(bench, hosted);
      const channel = { name: hosted.name, mode: "work" } as const;
      await bench.send(channel, [{ id: "garbage", body: Uint8Array.of(0x7b, 0xff, 0x00) }]);
      strictEqual(codeOf(await responses.next()), "ERR_DECODE");
      strictEqual(await bench.within(hosted.call("next"), "a call is answered"), "next");
    },
  ),

  clause(
    "API-PSN-02",
    "a request that does not fit the schema is answered with ERR_VALIDATION, never run and never retried",
    [],
    async (bench) => {
      let runs = 0;
      const hosted = host(bench, { schema: numbers, run: () => ++runs, retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 0 } } });
      const responses = await responsesOf(bench, hosted);
      const careless = processorOf(bench, { name: hosted.name }); // without the schema, so that it is not refused at send
      await bench.within(careless.send("text"), "a send is accepted");
      strictEqual(codeOf(await responses.next()), "ERR_VALIDATION");
      strictEqual(await bench.within(hosted.call(1), "a call is answered"), 1);
      await responses.next();
      await responses.quiet("each request has one response");
      strictEqual(runs, 1);
    },
  ),

  clause("API-PSN-03", "a request for another version is answered with ERR_UNKNOWN_VERSION and not run", [], async (bench) => {
    let runs = 0;
    const hosted = host(bench, { version: "2", run: () => ++runs });
    const responses = await responsesOf(bench, hosted);
    const old = processorOf(bench, { name: hosted.name, version: "1" });
    await bench.within(old.send("x"), "a send is accepted");
    strictEqual(codeOf(await responses.next()), "ERR_UNKNOWN_VERSION");
    await bench.within(hosted.call("y"), "a call is answered");
    strictEqual(runs, 1);
  }),

  clause("API-PSN-04", "a request whose holders die is not begun for ever", ["beyond one process"], async (bench) => {
    let runs = 0;
    const waiting = processorOf(bench, { run: () => ++runs, retry: { attempts: 1, crashes: 0 } });
    const responses = await responsesOf(bench, waiting);
    await bench.within(waiting.send("killer"), "a send is accepted");
    const holder = await bench.holder();
    await bench.within(
      holder.hold({ name: waiting.name, mode: "work" }, { leaseMs: bench.quietMs, maxInFlight: 1 }, 1),
      "another process takes it",
      2 * bench.slowMs,
    );
    await holder.kill();
    run(bench, waiting);
    strictEqual(codeOf(await responses.next(bench.slowMs + 5_000)), "ERR_PROCESS");
    strictEqual(runs, 0, "it was begun once more than it may");
  }),
];

function codeOf({ result }: { readonly result: { readonly ok: boolean; readonly error?: unknown } }): unknown {
  return result.ok ? "it succeeded" : (result.error as { readonly code?: unknown } | undefined)?.code;
}
