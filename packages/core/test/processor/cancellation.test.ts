import { rejection, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { CancelledError, ConnectionError, processor } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

/** A job that runs until it is told to stop. */
function waiting() {
  const begun: string[] = [];
  const reasons: unknown[] = [];
  const made = plainJob({
    name: "waiting",
    run: (_: null, _resources, { id, signal }) => {
      begun.push(id);
      return new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    },
  });
  return { made, begun, reasons };
}

describe.each(wires)("cancellation on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  // Nobody listened any more after the store had been away once.
  it("is heard also after one could not be acknowledged", async () => {
    const inner = own(open());
    let away = true;
    const transport = tampered(inner, {
      onSettle: ({ name }) => {
        if (name === "waiting.control" && away) throw new ConnectionError("the store is away", { retry: "later" });
      },
    });
    const { made, begun } = waiting();
    const hosted = run(processor(made, { transport, concurrency: 2 }));
    const [first, second] = [hosted.sendReceive(null, { id: "first" }), hosted.sendReceive(null, { id: "second" })];
    await until("both run", () => begun.length === 2);
    await hosted.cancel("first");
    expect(await first).toMatchObject({ error: { code: "ERR_CANCELLED" } });
    away = false;

    await hosted.cancel("second");

    expect(await second).toMatchObject({ error: { code: "ERR_CANCELLED" } });
  });

  it("a queued request is cancelled before anybody begins it, and its caller is told", async () => {
    const transport = own(open());
    const { made, begun } = waiting();
    const hosted = own(processor(made, { transport }));
    const result = hosted.sendReceive(null, { id: "queued" });
    await until("it is queued", async () => (await transport.depth("waiting")).ready === 1);

    expect(await hosted.cancel("queued")).toBe("cancelled");

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    run(hosted);
    await turns();
    expect(begun).toEqual([]);
    expect(await transport.depth("waiting")).toMatchObject({ cancelled: 1, ready: 0 });
  });

  it("a running request is told through its signal, from any handle", async () => {
    const transport = own(open());
    const { made, begun, reasons } = waiting();
    run(processor(made, { transport }));
    const caller = own(processor(made, { transport }));
    const stranger = own(processor(made, { transport }));
    const result = caller.sendReceive(null, { id: "running" });
    await until("it runs", () => begun.length === 1);

    expect(await stranger.cancel("running")).toBe("requested");

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    expect(reasons).toMatchObject([expect.any(CancelledError)]);
    await until("it is stored", async () => (await transport.depth("waiting")).cancelled === 1);
    expect(await transport.depth("waiting")).toMatchObject({ dead: 0, inFlight: 0, ready: 0 });
  });

  it("cancels the one request and leaves the others running", async () => {
    const transport = own(open());
    const gate = Promise.withResolvers<string>();
    const job = plainJob({
      name: "pair",
      run: (_: null, _resources, { signal }) =>
        Promise.race([
          gate.promise,
          new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
        ]),
    });
    const hosted = run(processor(job, { transport, concurrency: 2 }));
    const one = hosted.sendReceive(null, { id: "one" });
    const two = hosted.sendReceive(null, { id: "two" });
    await until("both run", async () => (await transport.depth("pair")).inFlight === 2);

    await hosted.cancel("one");
    expect(await one).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    gate.resolve("fine");

    expect(await two).toEqual({ ok: true, value: "fine" });
  });

  it("a cancelled request is not retried", async () => {
    const transport = own(open());
    const { made, begun } = waiting();
    const hosted = run(processor(made, { transport, retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 1 } } }));
    const result = hosted.sendReceive(null, { id: "tried" });
    await until("it runs", () => begun.length === 1);

    await hosted.cancel("tried");

    expect(await result).toMatchObject({ ok: false });
    await until("it is stored", async () => (await transport.depth("waiting")).cancelled === 1);
    expect(begun).toEqual(["tried"]);
  });

  it("a job that ends well although it was cancelled is answered", async () => {
    const begun = Promise.withResolvers<void>();
    const job = plainJob({
      name: "completes",
      run: (_: null, _resources, { signal }) => {
        begun.resolve();
        return new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("finished anyway")));
      },
    });
    const hosted = run(processor(job, { transport: own(open()) }));
    const call = hosted.call(null, { id: "c" });
    await begun.promise;

    await hosted.cancel("c");

    expect(await call).toBe("finished anyway");
  });

  it("aborting a call cancels its request", async () => {
    const { made, begun, reasons } = waiting();
    const hosted = run(processor(made, { transport: own(open()) }));
    const controller = new AbortController();
    const call = rejection(hosted.call(null, { signal: controller.signal }));
    await until("it runs", () => begun.length === 1);

    controller.abort(new RangeError("changed my mind"));

    expect(await call).toBeInstanceOf(RangeError);
    await until("the job was told", () => reasons.length === 1);
    expect(reasons).toMatchObject([expect.any(CancelledError)]);
  });

  it("tells once that it was cancelled", async () => {
    const { made, begun } = waiting();
    const transport = own(open());
    const hosted = run(processor(made, { transport }));
    const told: string[] = [];
    hosted.on("cancelled", ({ id }) => told.push(id));
    const results = [hosted.sendReceive(null, { id: "running" }), hosted.sendReceive(null, { id: "queued" })];
    await until("one runs and one waits", async () => begun.length === 1 && (await transport.depth("waiting")).ready === 1);

    await hosted.cancel("queued");
    await hosted.cancel("running");
    await Promise.all(results);
    await until("both are told of", () => told.length === 2);
    await turns();

    expect(told.sort()).toEqual(["queued", "running"]);
  });

  it("cancelling what is over or was never there changes nothing", async () => {
    const hosted = run(processor(plainJob({ name: "over", run: () => 1 }), { transport: own(open()) }));
    await hosted.call(undefined, { id: "done" });

    expect(await hosted.cancel("done")).toBe("requested");
    expect(await hosted.cancel("never sent")).toBe("requested");
    expect(await hosted.call(undefined)).toBe(1);
  });
});

describe("cancellation where the store cannot be asked", () => {
  const { own, run } = belongings();

  it("a queued request is not begun by a processor that heard of it in time", async () => {
    const inner = own(memory());
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    const job = plainJob({
      name: "plain",
      run: async (_: null, _resources, { id }) => {
        begun.push(id);
        await gate.promise;
      },
    });
    const hosted = run(processor(job, { transport: tampered(inner, {}) }));
    const first = hosted.call(null, { id: "first" });
    const second = hosted.sendReceive(null, { id: "second" });
    await until("the first runs", () => begun.length === 1);

    expect(await hosted.cancel("second")).toBe("requested");
    await turns();
    gate.resolve();

    await first;
    expect(await second).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    expect(begun).toEqual(["first"]);
    await until("it is stored", async () => (await inner.depth("plain")).cancelled === 1);
  });
});
