import { FakeClock, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { processor, shared, systemEnvironment } from "../../src/index.ts";
import { belongings, stopNow } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

/** Resources that notice when two jobs have them at once. */
class Exclusive {
  static made: Exclusive[] = [];
  holders = 0;
  most = 0;
  disposed = 0;

  constructor() {
    Exclusive.made.push(this);
  }

  async use(): Promise<void> {
    this.most = Math.max(this.most, ++this.holders);
    await new Promise<void>((resolve) => void setImmediate(resolve));
    this.holders--;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed++;
  }
}

describe.each(wires)("concurrency and resources on the $wire wire", ({ open }) => {
  const { own, run, started } = belongings();

  it("reaches the concurrency when there is work, and never exceeds it", async () => {
    let running = 0;
    let most = 0;
    const job = plainJob({
      name: "counted",
      run: async (at: number) => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => void (at % 3 === 0 ? setTimeout(resolve, at % 4) : setImmediate(resolve)));
        running--;
        if (at % 7 === 0) throw new Error("some fail");
      },
    });
    const hosted = run(processor(job, { transport: own(open()), concurrency: 5 }));

    await Promise.all(Array.from({ length: 300 }, (_, at) => hosted.sendReceive(at)));

    expect(most).toBe(5);
    expect(running).toBe(0);
  });

  it("a slow job does not stop the others from being taken", async () => {
    const gate = Promise.withResolvers<number>();
    const job = plainJob({ name: "uneven", run: (at: number) => (at === 0 ? gate.promise : at) });
    const hosted = run(processor(job, { transport: own(open()), concurrency: 2 }));
    const slow = hosted.call(0);

    for (let at = 1; at <= 50; at++) expect(await hosted.call(at)).toBe(at);
    gate.resolve(0);

    expect(await slow).toBe(0);
  });

  it("two processors on one channel share its requests", async () => {
    const transport = own(open());
    const ran: Record<string, number> = { left: 0, right: 0 };
    const jobOf = (side: string) =>
      plainJob({
        name: "split",
        run: async () => {
          ran[side] = (ran[side] ?? 0) + 1;
          await new Promise<void>((resolve) => void setImmediate(resolve));
        },
      });
    const left = run(processor(jobOf("left"), { transport }));
    run(processor(jobOf("right"), { transport }));

    await Promise.all(Array.from({ length: 100 }, () => left.call(undefined)));

    expect((ran["left"] ?? 0) + (ran["right"] ?? 0)).toBe(100);
    expect(Math.min(ran["left"] ?? 0, ran["right"] ?? 0)).toBeGreaterThan(10);
  });

  it("makes resources once per slot, for one job at a time, and ends them when it stops", async () => {
    Exclusive.made = [];
    const job = plainJob({ name: "borrows", run: (_: number, resources: Exclusive) => resources.use() });
    const running = started(processor(job, { transport: own(open()), concurrency: 4, resources: () => new Exclusive() }));
    const hosted = own(processor(job, { transport: own(open()), concurrency: 4, resources: async () => new Exclusive() }));
    const ran = hosted.run();

    await Promise.all(Array.from({ length: 200 }, (_, at) => hosted.call(at)));

    expect(Exclusive.made).toHaveLength(4);
    expect(Exclusive.made.map(({ most }) => most)).toEqual([1, 1, 1, 1]);
    await hosted.stop();
    await ran;
    expect(Exclusive.made.map(({ disposed }) => disposed)).toEqual([1, 1, 1, 1]);
    await running.stop();
  });

  it("no job gets resources that a cancelled one still waits for", async () => {
    const gates: PromiseWithResolvers<{ readonly at: number }>[] = [];
    const ends: number[] = [];
    const make = async () => {
      const at = gates.length;
      gates.push(Promise.withResolvers());
      const made = await gates[at]?.promise;
      return { at, ...made, [Symbol.dispose]: () => void ends.push(at) };
    };
    const job = plainJob({ name: "slow-make", run: (_: null, resources: { readonly at: number }) => resources.at });
    const hosted = own(processor(job, { transport: own(open()), resources: make }));
    const ran = hosted.run();
    const cancelled = hosted.sendReceive(null, { id: "first" });
    await until("the factory was asked", () => gates.length === 1);

    await hosted.cancel("first");
    expect(await cancelled).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    const second = hosted.call(null);
    gates[0]?.resolve({ at: 0 });

    expect(await second).toBe(0);
    expect(gates).toHaveLength(1);
    await hosted.stop();
    await ran;
    expect(ends).toEqual([0]);
  });

  it("resources that are made too late are ended all the same", async () => {
    const gate = Promise.withResolvers<void>();
    const ends: string[] = [];
    let asked = false;
    const make = async () => {
      asked = true;
      await gate.promise;
      return { [Symbol.asyncDispose]: async () => void ends.push("ended") };
    };
    const job = plainJob({ name: "late-make", run: (_: null, _resources: object) => 1 });
    const hosted = processor(job, { transport: own(open()), resources: make });
    const running = started(hosted);
    await hosted.send(null);
    await until("the factory was asked", () => asked);

    await stopNow(running);
    expect(ends).toEqual([]);
    gate.resolve();

    await until("they are ended", () => ends.length === 1);
  });

  it("shared resources are one for all slots, and stay open: they are their owner's", async () => {
    Exclusive.made = [];
    const pool = new Exclusive();
    const job = plainJob({ name: "shares", run: (_: number, resources: Exclusive) => resources.use() });
    const hosted = own(processor(job, { transport: own(open()), concurrency: 4, resources: shared(pool) }));
    const ran = hosted.run();

    await Promise.all(Array.from({ length: 40 }, (_, at) => hosted.call(at)));
    await hosted.stop();
    await ran;

    expect(pool.most).toBe(4);
    expect(pool.disposed).toBe(0);
  });

  it("a factory that fails is an attempt that failed, and is asked again", async () => {
    const clock = new FakeClock();
    let asked = 0;
    const make = (): { readonly at: number } => {
      if (++asked <= 2) throw new Error(`cannot connect (${asked})`);
      return { at: asked };
    };
    const job = plainJob({ name: "needs", run: (_: null, { at }: { readonly at: number }) => at });
    const hosted = run(
      processor(job, {
        transport: own(open({ clock })),
        resources: make,
        retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 100 } },
        environment: { ...systemEnvironment, clock },
      }),
    );
    const call = hosted.call(null);

    await clock.advance(1_000);

    expect(await call).toBe(3);
    expect(asked).toBe(3);
  });

  it("a factory that always fails ends its requests with its error", async () => {
    const job = plainJob({ name: "hopeless", run: (_: null, _resources: object) => 1 });
    const resources = (): never => {
      throw new TypeError("no database");
    };
    const hosted = run(processor(job, { transport: own(open()), resources }));

    expect(await hosted.sendReceive(null)).toMatchObject({ ok: false, error: { name: "TypeError", message: "no database" } });
  });

  it("run can be given the resources", async () => {
    const job = plainJob({ name: "given", run: (_: null, { word }: { readonly word: string }) => word });
    const hosted = own(processor(job, { transport: own(open()) }));
    const ran = hosted.run(() => ({ word: "made" }));

    expect(await hosted.call(null)).toBe("made");
    await hosted.stop();
    await ran;
  });

  it("a disposal that fails is what run rejects with, after everything else ended", async () => {
    const job = plainJob({ name: "leaky", run: (_: null, _resources: object) => 1 });
    const resources = () => ({ [Symbol.asyncDispose]: () => Promise.reject(new Error("will not close")) });
    const transport = own(open());
    const hosted = own(processor(job, { transport, resources }));
    const ran = hosted.run();
    ran.catch(() => undefined);
    expect(await hosted.call(null)).toBe(1);

    await hosted.stop();

    await expect(ran).rejects.toThrow("will not close");
    expect(await transport.depth("leaky")).toMatchObject({ inFlight: 0, completed: 1 });
  });
});
