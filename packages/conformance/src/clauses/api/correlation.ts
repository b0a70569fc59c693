import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Transport } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { altered } from "../../altered.ts";
import { failureOf, host, later, processorOf, responsesOf } from "./host.ts";

export const correlation: readonly Clause[] = [
  clause("API-COR-01", "300 calls at once each get their own response", [], async (bench) => {
    const run = async (request: unknown): Promise<unknown> => {
      await bench.pause((request as number) % 7);
      return { of: request };
    };
    const hosted = host(bench, { run, concurrency: 50 });
    const calls = Array.from({ length: 300 }, (_, index) => hosted.call(index));
    const results = await bench.within(Promise.all(calls), "all calls are answered");
    deepStrictEqual(
      results,
      calls.map((_, index) => ({ of: index })),
      "responses were mixed up",
    );
  }),

  clause("API-COR-02", "handles do not get each other's responses", [], async (bench) => {
    const hosted = host(bench, { run: async (request) => (await bench.pause(2), request), concurrency: 10 });
    const handles = [hosted, processorOf(bench, { name: hosted.name }), processorOf(bench, { name: hosted.name })];
    const calls = handles.flatMap((handle, of) => Array.from({ length: 10 }, (_, index) => handle.call(`${of}/${index}`)));
    const results = await bench.within(Promise.all(calls), "all calls are answered");
    deepStrictEqual(
      results,
      handles.flatMap((_, of) => Array.from({ length: 10 }, (__, index) => `${of}/${index}`)),
    );
  }),

  clause("API-COR-03", "a response that comes at once is not missed by the first call of a handle", [], async (bench) => {
    const hosted = host(bench);
    await bench.within(hosted.call("warm"), "a call is answered");
    for (let round = 0; round < 10; round++) {
      const handle = processorOf(bench, { name: hosted.name });
      strictEqual(await bench.within(handle.call(round), "the first call of a handle is answered"), round);
    }
  }),

  clause("API-COR-04", "an id is refused while a call with it waits", [], async (bench) => {
    const release = Promise.withResolvers<void>();
    const hosted = host(bench, { run: () => release.promise });
    const first = later(hosted.call("x", { id: "same" }));
    strictEqual((await failureOf(bench, hosted.call("y", { id: "same" }))).code, "ERR_OPTION");
    release.resolve();
    await bench.within(first, "a call is answered");
  }),

  clause("API-COR-05", "a handle has one subscription, however many calls", [], async (bench) => {
    let opened = 0;
    const { transport } = bench;
    const counting: Transport = altered(transport, {
      receiver: (channel, options, signal) => {
        opened++;
        return transport.receiver(channel, options, signal);
      },
    });
    const hosted = host(bench, { concurrency: 10 });
    const handle = processorOf(bench, { name: hosted.name, transport: counting });
    await bench.within(Promise.all(Array.from({ length: 50 }, (_, index) => handle.call(index))), "all calls are answered");
    for (let index = 0; index < 5; index++) await bench.within(handle.call(index), "a call is answered");
    ok(opened === 1, `55 calls of a handle opened ${opened} subscriptions`);
  }),

  clause("API-COR-06", "a response receiver gets every response, also to what was called", [], async (bench) => {
    const hosted = host(bench);
    const [one, other] = [await responsesOf(bench, hosted), await responsesOf(bench, hosted)];
    await bench.within(hosted.call("called", { id: "a" }), "a call is answered");
    await bench.within(hosted.send("sent", { id: "b" }), "a send is accepted");
    for (const responses of [one, other]) {
      const ids = [(await responses.next()).id, (await responses.next()).id];
      deepStrictEqual(ids.sort(), ["a", "b"]);
    }
  }),
];
