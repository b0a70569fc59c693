import { rejection } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { ClosedError, processor, start } from "../../src/index.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

// A receiver whose transport was closed answers at once with nothing. Asking again and again took the whole event loop.
describe.each(wires)("a transport closed while it is used, on the $wire wire", ({ open }) => {
  it("ends the run and answers who waits", async () => {
    const transport = open();
    const hosted = processor(plainJob({ name: "held", run: () => new Promise<never>(() => undefined) }), {
      transport,
      concurrency: 2,
      graceMs: 0,
    });
    const running = start(hosted);
    const waiting = rejection(hosted.call(1));

    await new Promise((resolve) => setImmediate(resolve));
    await transport[Symbol.asyncDispose]();

    expect(await waiting).toBeInstanceOf(ClosedError);
    expect(await rejection(running.ended)).toBeInstanceOf(ClosedError);
    await hosted.close();
  });

  it("ends who reads responses, with a code", async () => {
    const transport = open();
    const hosted = processor(plainJob({ name: "read", run: (value: number) => value }), { transport });
    const responses = await hosted.responseReceiver();
    const reading = rejection(responses.receive());

    await transport[Symbol.asyncDispose]();

    expect(await reading).toMatchObject({ code: "ERR_CLOSED" });
    await responses[Symbol.asyncDispose]();
    await hosted.close();
  });
});
