import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ProcessorEvents } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { atOnce, failureOf, host, responsesOf } from "./host.ts";

const watched = [
  "sent",
  "received",
  "started",
  "failed",
  "retried",
  "succeeded",
  "dead",
] as const satisfies readonly (keyof ProcessorEvents)[];

export const tracing: readonly Clause[] = [
  clause("API-TRC-01", "headers travel from request to job to response, names and values as they are", [], async (bench) => {
    let seen: Readonly<Record<string, string>> = {};
    const hosted = host(bench, { run: (_request, _resources, { headers }) => void (seen = headers) });
    const responses = await responsesOf(bench, hosted);
    const headers = { traceparent: "00-abc-01", "X-Tenant": "žluť" };
    await bench.within(hosted.send("x", { headers }), "a send is accepted");
    const response = await responses.next();
    for (const [name, value] of Object.entries(headers)) {
      strictEqual(seen[name], value, `the job did not get the header "${name}"`);
      strictEqual(response.headers?.[name], value, `the response does not have the header "${name}"`);
    }
  }),

  clause("API-TRC-02", "headers with the reserved prefix are refused", [], async (bench) => {
    const hosted = host(bench);
    await bench.refused(() => hosted.send("x", { headers: { "job-orch-reply-to": "w:elsewhere" } }), ["ERR_OPTION"], "a reserved header");
  }),

  clause("API-TRC-03", "the job knows the id of its request, and the response has it", [], async (bench) => {
    let seen = "";
    const hosted = host(bench, { run: (_request, _resources, { id }) => void (seen = id) });
    const responses = await responsesOf(bench, hosted);
    const id = await bench.within(hosted.send("x"), "a send is accepted");
    deepStrictEqual([(await responses.next()).id, seen], [id, id]);
  }),

  clause("API-OBS-01", "each step of a request's life is told once, with its id and attempt", [], async (bench) => {
    const told: string[] = [];
    const hosted = host(bench, {
      ...atOnce(2),
      run: (request, _resources, { attempt }) => {
        if (request === "bad" || attempt === 1) throw new RangeError("no");
        return request;
      },
    });
    for (const name of watched)
      hosted.on(name, (event) => void told.push(`${event.id} ${name}${"attempt" in event ? ` ${event.attempt}` : ""}`));
    await bench.within(hosted.call("good", { id: "g" }), "a call is answered");
    await failureOf(bench, hosted.call("bad", { id: "b" }));
    await bench.until(() => told.includes("b dead 2") && told.includes("g succeeded 2"), "the ends are told");
    const life = (id: string, end: string): string[] => [
      `${id} sent`,
      ...[1, 2].flatMap((attempt) => [`${id} received ${attempt}`, `${id} started ${attempt}`]),
      `${id} failed 1`,
      `${id} retried 1`,
      `${id} ${end} 2`,
    ];
    deepStrictEqual(told.filter((line) => line.startsWith("g")).sort(), life("g", "succeeded").sort());
    deepStrictEqual(told.filter((line) => line.startsWith("b")).sort(), [...life("b", "dead"), "b failed 2"].sort());
  }),

  clause("API-OBS-02", "a listener that throws changes nothing", [], async (bench) => {
    const hosted = host(bench);
    let told = 0;
    for (const name of watched) {
      hosted.on(name, () => {
        told++;
        throw new RangeError("a listener's own");
      });
    }
    strictEqual(await bench.within(hosted.call("x"), "a call is answered"), "x");
    ok(told >= 3, "the listeners were not told");
  }),
];
