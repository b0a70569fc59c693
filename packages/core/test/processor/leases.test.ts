import { FakeClock } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { LeaseLostError, processor, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

describe.each(wires)("leases on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("a job may take longer than its lease: it is extended meanwhile", async () => {
    const clock = new FakeClock();
    const transport = own(open({ clock }));
    const environment = { ...systemEnvironment, clock };
    const gate = Promise.withResolvers<string>();
    const attempts: number[] = [];
    const job = plainJob({
      name: "long",
      run: (_: null, _resources, { attempt }) => {
        attempts.push(attempt);
        return gate.promise;
      },
    });
    const hosted = run(processor(job, { transport, leaseMs: 1_000, environment }));
    const call = hosted.call(null, { timeoutMs: 60_000 });
    await clock.advance(1);
    run(processor(job, { transport, leaseMs: 1_000, environment })); // would take it if it came back

    await clock.advance(10_500);
    gate.resolve("kept");

    expect(await call).toBe("kept");
    expect(attempts).toEqual([1]);
  });

  it("who lost a lease is told, and what it answers is not stored and not heard", async () => {
    const clock = new FakeClock();
    const inner = own(open({ clock }));
    const environment = { ...systemEnvironment, clock };
    let extends_ = true;
    // A store that no longer hears this receiver's signs of life.
    const deaf = tampered(inner, {
      wrapReceiver: (_, receiver) => ({
        ...receiver,
        settle: (settlements) => receiver.settle(extends_ ? settlements : settlements.filter(({ outcome }) => outcome.kind !== "extend")),
      }),
    });
    const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const reasons: unknown[] = [];
    const fences: number[] = [];
    const job = plainJob({
      name: "zombie",
      run: (_: null, _resources, { attempt, fence, signal }) => {
        fences.push(fence);
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        return gates[attempt - 1]?.promise;
      },
    });
    const zombie = run(processor(job, { transport: deaf, leaseMs: 1_000, environment, retry: { attempts: 3 } }));
    const lost: number[] = [];
    zombie.on("leaseLost", ({ attempt }) => lost.push(attempt));
    zombie.on("succeeded", ({ attempt }) => lost.push(-attempt));
    const responses = own(await zombie.responseReceiver());
    await zombie.send(null, { id: "z" });
    await clock.advance(10);
    extends_ = false;
    const successor = run(processor(job, { transport: inner, leaseMs: 1_000, environment, retry: { attempts: 3 } }));
    void successor;

    await clock.advance(1_500); // the lease ran out: the successor has begun the second attempt
    extends_ = true;
    await clock.advance(500); // the zombie asks for more time and learns that it is late
    gates[0]?.resolve("from the zombie");
    await clock.advance(10);
    gates[1]?.resolve("from the successor");
    await clock.advance(10);

    expect(reasons[0]).toBeInstanceOf(LeaseLostError);
    expect(lost).toEqual([1]);
    expect(await responses.receive()).toMatchObject({ id: "z", result: { ok: true, value: "from the successor" } });
    expect(fences).toHaveLength(2);
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Number.POSITIVE_INFINITY);
    expect(await inner.depth("zombie")).toMatchObject({ completed: 1, dead: 0 });
  });
});

describe("leases", () => {
  const { own, run } = belongings();

  it("are not extended where they do not run out while the holder lives", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let extensions = 0;
    const transport = tampered(inner, {
      capabilities: { lease: "process" },
      onSettle: (_, settlements) => void (extensions += settlements.filter(({ outcome }) => outcome.kind === "extend").length),
    });
    const gate = Promise.withResolvers<string>();
    const hosted = run(
      processor(plainJob({ name: "held", run: () => gate.promise }), {
        transport,
        leaseMs: 30_000,
        environment: { ...systemEnvironment, clock },
      }),
    );
    const call = hosted.call(undefined, { timeoutMs: 60_000 });

    await clock.advance(25_000);
    gate.resolve("done");

    expect(await call).toBe("done");
    expect(extensions).toBe(0);
  });

  it("an extension that does not get through is tried again with the next one", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let fails = 0;
    const transport = tampered(inner, {
      onSettle: (_, settlements) => {
        if (settlements.some(({ outcome }) => outcome.kind === "extend") && fails++ === 0) throw new Error("hiccup");
      },
    });
    const gate = Promise.withResolvers<string>();
    const attempts: number[] = [];
    const job = plainJob({
      name: "hiccups",
      run: (_: null, _resources, { attempt }) => {
        attempts.push(attempt);
        return gate.promise;
      },
    });
    const environment = { ...systemEnvironment, clock };
    const hosted = run(processor(job, { transport, leaseMs: 900, environment }));
    const call = hosted.call(null, { timeoutMs: 60_000 });
    await clock.advance(1);
    run(processor(job, { transport: inner, leaseMs: 900, environment })); // would take it if it came back

    await clock.advance(5_000);
    gate.resolve("done");

    expect(await call).toBe("done");
    expect(attempts).toEqual([1]);
    expect(fails).toBeGreaterThan(5);
  });
});
