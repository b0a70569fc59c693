import vm from "node:vm";
import { FakeClock, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { type Backoff, type Codec, processor, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

describe("every request comes to its end", () => {
  const { own, run } = belongings();

  // The response was never made: an unhandled rejection, and a request on loan for ever.
  it.each([
    [300, "x".repeat(60)],
    [100, ""],
  ])("also when the wire takes %i bytes and the error has more to say", async (maxFrameBytes, message) => {
    const inner = own(memory({ isolation: "codec" }));
    const job = plainJob({
      name: "long",
      run: async (_: number) => {
        throw new RangeError("x".repeat(1_000));
      },
    });
    const hosted = run(processor(job, { transport: tampered(inner, { capabilities: { maxFrameBytes } }) }));

    const { error } = (await hosted.sendReceive(1)) as { readonly error: Error };

    expect(error.message).toBe(message);
    expect(await inner.depth("long")).toMatchObject({ dead: 1, inFlight: 0 });
  });

  it("also when its codec carries no response at all", async () => {
    const inner = own(memory({ isolation: "codec" }));
    const codec: Codec = {
      name: "one-way",
      encode: (value) => {
        if (typeof value === "number") return new Uint8Array([value]);
        throw new TypeError("only numbers");
      },
      decode: (bytes) => bytes[0],
    };
    const hosted = run(processor(plainJob({ name: "mute", run: async (value: number) => value }), { transport: inner, codec }));

    await hosted.send(1);

    await until("it is put aside", async () => (await inner.depth("mute")).dead === 1);
  });

  // It ended the processor's run instead, and the request stayed on loan.
  it("also when its job returns what cannot even be looked at", async () => {
    const transport = own(memory());
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hosted = run(
      processor(plainJob({ name: "revoked", run: (value: number): unknown => (value === 1 ? proxy : value) }), { transport }),
    );

    expect(await hosted.sendReceive(1)).toMatchObject({ ok: false, error: { name: "TypeError" } });
    expect(await hosted.call(2)).toBe(2);
    expect(await transport.depth("revoked")).toMatchObject({ dead: 1, completed: 1, inFlight: 0 });
  });

  it("also when its backoff is of a type that is no number", async () => {
    const clock = new FakeClock();
    const transport = own(memory({ clock }));
    const backoff = (() => 5n) as unknown as Backoff;
    const job = plainJob({
      name: "bigint",
      run: async (_: number, _resources, { attempt }) => {
        if (attempt === 1) throw new Error("again");
        return attempt;
      },
    });
    const hosted = run(processor(job, { transport, retry: { attempts: 2, backoff }, environment: { ...systemEnvironment, clock } }));
    const call = hosted.call(1);
    await clock.advance(2_000);

    expect(await call).toBe(2);
  });

  // Only a job's own run was timed: a cache that never answered kept its request, and who waited for it.
  it("also when its cache never answers: that is part of the attempt, and ends with it", async () => {
    const clock = new FakeClock();
    const transport = own(memory({ clock }));
    const job = plainJob({
      name: "hangs",
      getCache: () => new Promise<undefined>(() => undefined),
      run: (value: number, _own: object) => value, // with resources of its own the cache is asked where it runs, not by the caller
    });
    const environment = { ...systemEnvironment, clock };
    const hosted = run(processor(job, { transport, timeoutMs: 500, graceMs: 0, resources: () => ({}), environment }));
    const call = hosted.sendReceive(1, { timeoutMs: 20_000 });
    await clock.advance(1_000);

    expect(await call).toMatchObject({ ok: false, error: { code: "ERR_ATTEMPT_TIMEOUT" } });
    expect(await transport.depth("hangs")).toMatchObject({ dead: 1, inFlight: 0 });
  });

  // It was told that the job threw something that is no error, without its name and code.
  it("and an error of another realm, as sandboxes and test runners have, is one", async () => {
    const job = plainJob({
      name: "realm",
      run: async (_: number) => {
        throw vm.runInNewContext("Object.assign(new TypeError('from elsewhere'), { code: 'ERR_ELSEWHERE' })");
      },
    });
    const hosted = run(processor(job, { transport: own(memory()) }));

    const { error } = (await hosted.sendReceive(1)) as { readonly error: Error };

    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: "from elsewhere", code: "ERR_ELSEWHERE" });
  });

  // Whoever worked remembered the cancellation that came too late, and cancelled the request that was redriven.
  it("and a cancellation that comes after it does not reach one that is redriven", async () => {
    const transport = own(memory());
    let fails = true;
    const job = plainJob({
      name: "later",
      run: (value: number) => {
        if (fails) throw new Error("not yet");
        return value;
      },
    });
    const hosted = run(processor(job, { transport }));
    const id = await hosted.send(1);
    await until("it is dead", async () => (await transport.depth("later")).dead === 1);

    expect(await hosted.cancel(id)).toBe("requested");
    fails = false;
    await hosted.call(2); // whoever was told of it has heard by now
    await transport.redrive("later");

    await until("it has run", async () => (await transport.depth("later")).completed === 2);
    expect(await transport.depth("later")).toMatchObject({ cancelled: 0 });
  });
});
