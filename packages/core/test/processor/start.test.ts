import { once } from "node:events";
import { rejection, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { OptionError, processor, start } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const echo = plainJob({ name: "echo", run: (value: number) => value });

describe("start", () => {
  const { own } = belongings();

  it("runs one or several until they are stopped", async () => {
    const transport = own(memory());
    const first = own(processor(echo, { transport }));
    const second = own(processor(plainJob({ name: "other", run: () => "other" }), { transport }));

    const running = start([first, second]);
    expect(await first.call(1)).toBe(1);
    expect(await second.call(undefined)).toBe("other");
    await running.stop();
    await running.ended;

    expect(await first.sendReceive(1, { timeoutMs: 20 })).toMatchObject({ ok: false });
  });

  it("is disposable", async () => {
    const hosted = own(processor(echo, { transport: own(memory()) }));
    const running = start(hosted);
    expect(await hosted.call(1)).toBe(1);

    await running[Symbol.asyncDispose]();
    await running.ended;
  });

  it("the first that breaks stops the others, and `ended` rejects with its error", async () => {
    const inner = own(memory());
    const broken = tampered(inner, {
      onOpen: (what) => {
        if (what === "receiver") throw new OptionError("this store is not mine");
      },
    });
    const good = own(processor(echo, { transport: inner }));
    const bad = own(processor(echo, { transport: broken }));

    const running = start([good, bad]);

    expect(await rejection(running.ended)).toMatchObject({ code: "ERR_OPTION", message: "this store is not mine" });
    await running.stop();
  });

  it("a failure that nobody awaits is no unhandled rejection", async () => {
    const broken = tampered(own(memory()), { onOpen: () => Promise.reject(new OptionError("no")) });
    const running = start(own(processor(echo, { transport: broken })));
    await running.stop();
  });

  it("stops gracefully on a signal of the process, and hurries on the second", async () => {
    const transport = own(memory());
    const job = plainJob({ name: "endless", run: () => new Promise<never>(() => undefined) });
    const hosted = own(processor(job, { transport, graceMs: 60_000 }));
    const before = process.listenerCount("SIGUSR2");
    const running = start(hosted, { signals: ["SIGUSR2"] });
    await hosted.send(undefined);
    await until("it runs", async () => (await transport.depth("endless")).inFlight === 1);

    process.kill(process.pid, "SIGUSR2");
    await once(process, "SIGUSR2");
    process.kill(process.pid, "SIGUSR2");
    await running.ended;

    expect(await transport.depth("endless")).toMatchObject({ ready: 1, inFlight: 0 });
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});
