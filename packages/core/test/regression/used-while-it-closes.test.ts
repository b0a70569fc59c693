import { rejection, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { pipe, processor, start } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const echo = plainJob({ name: "echo", run: (value: number) => value });

describe("a processor that is used while it closes", () => {
  const { own } = belongings();

  // It waited for what was sent at the very end, and that for room in a channel that nobody empties.
  it("closes although its channel is full, and says so to who still sends", async () => {
    const hosted = processor(echo, { transport: own(memory({ capacity: { frames: 1 } })) });
    await hosted.send(0);
    const sends: Promise<unknown>[] = [];
    let closed = false;
    const closing = hosted.close().then(() => (closed = true));
    for (let turn = 0; turn < 100 && !closed; turn++) {
      sends.push(rejection(hosted.send(turn)));
      await Promise.resolve();
    }

    await closing;

    for (const refusal of await Promise.all(sends)) expect(refusal).toMatchObject({ code: "ERR_CLOSED" });
  });

  // A sender was opened for it that nobody closed, and the request was accepted.
  it("refuses what a pipeline sends through it once it is closed", async () => {
    const transport = own(memory());
    const first = processor(plainJob({ name: "first", run: (value: number) => value }), { transport });
    const second = own(processor(plainJob({ name: "second", run: (value: number) => value }), { transport }));
    const both = own(pipe(first, second));
    await first.close();

    expect(await rejection(both.send(1))).toMatchObject({ code: "ERR_CLOSED" });
    expect(await rejection(both.sendMany([1, 2]))).toMatchObject({ code: "ERR_CLOSED" });
    expect(await transport.depth("first")).toMatchObject({ ready: 0 });
  });

  // It was handed out, and nobody closed it.
  it("keeps no subscription that opened meanwhile", async () => {
    const inner = own(memory());
    const opened = Promise.withResolvers<void>();
    const transport = tampered(inner, { onOpen: (_what, { name }) => (name === "echo.responses" ? opened.promise : undefined) });
    const hosted = processor(echo, { transport });
    const opening = rejection(hosted.responseReceiver());
    await turns();
    await hosted.close();

    opened.resolve();

    expect(await opening).toMatchObject({ code: "ERR_CLOSED" });
    expect(inner.hears("echo.responses")).toBe(false);
  });

  it("is closed for everyone who closes it at the same time", async () => {
    const gate = Promise.withResolvers<number>();
    let begun = false;
    const held = plainJob({
      name: "held",
      run: (_: null) => {
        begun = true;
        return gate.promise;
      },
    });
    const hosted = processor(held, { transport: own(memory()) });
    start(hosted);
    const call = hosted.call(null);
    await until("it runs", () => begun);
    const told: string[] = [];
    const first = hosted.close().then(() => told.push("first"));
    const second = hosted.close().then(() => told.push("second"));
    await turns();
    expect(told).toEqual([]);

    gate.resolve(7);
    await Promise.all([first, second]);

    expect(await call).toBe(7);
  });
});
