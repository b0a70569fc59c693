import { FakeClock, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { flatMap, pipe, processor, start, systemEnvironment, type Transport } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const letters = plainJob({ name: "letters", run: (text: string) => text.split("") });

/** A stage that remembers what it was given, by id. */
function recorder(name: string) {
  const ran: [string, unknown][] = [];
  const made = plainJob({ name, run: (value: unknown, _resources, { id }) => void ran.push([id, value]) });
  return { made, ran };
}

describe("hand-off between stages", () => {
  const { own, run } = belongings();

  it("derives the ids of the next requests from the parent's, the same every time", async () => {
    const transport = own(memory());
    const { made, ran } = recorder("each");
    const chain = run(
      pipe(
        own(processor(letters, { transport })),
        flatMap((list: readonly string[]) => list),
        own(processor(made, { transport })),
      ),
    );

    await chain.send("abc", { id: "root" });
    await until("all ran", () => ran.length === 3);

    expect(ran).toEqual([
      ["root.0", "a"],
      ["root.1", "b"],
      ["root.2", "c"],
    ]);
  });

  it("a response that is handed on twice is collapsed where the next store knows keys", async () => {
    const [left, right] = [own(memory()), own(memory())];
    const { made, ran } = recorder("next");
    let crashes = 2;
    const sent: string[] = [];
    const upstream = tampered(left, {
      wrapReceiver: ({ name }, receiver) => {
        if (!name.startsWith("pipe.")) return receiver;
        // A crash between the hand-off and letting go upstream: the settlement is never heard of, the lease runs out.
        return { ...receiver, settle: (settlements) => (crashes-- > 0 ? undefined : receiver.settle(settlements)) };
      },
    });
    const downstream = tampered(right, { onSend: ({ name }, ids) => void (name === "next" && sent.push(...ids)) });
    const chain = run(
      pipe(own(processor(letters, { transport: upstream, leaseMs: 100 })), own(processor(made, { transport: downstream }))),
    );

    await chain.send("abc", { id: "once" });
    await until("upstream let it go", async () => (await left.depth("pipe.letters-next.letters")).completed === 1);

    expect(sent).toEqual(["once", "once", "once"]);
    expect(ran).toEqual([["once", ["a", "b", "c"]]]);
  });

  it("upstream is let go only after downstream accepted", async () => {
    const [left, right] = [own(memory()), own(memory())];
    const accepts = Promise.withResolvers<void>();
    const order: string[] = [];
    const upstream = tampered(left, { onSettle: ({ name }) => void (name.startsWith("pipe.") && order.push("let go")) });
    const downstream = tampered(right, {
      onSend: async ({ name }) => {
        if (name !== "next") return;
        order.push("handed over");
        await accepts.promise;
        order.push("accepted");
      },
    });
    const { made, ran } = recorder("next");
    const chain = run(pipe(own(processor(letters, { transport: upstream })), own(processor(made, { transport: downstream }))));
    await chain.send("a");
    await until("it is handed over", () => order.length === 1);
    await turns(5);
    expect(order).toEqual(["handed over"]);
    expect(await left.depth("pipe.letters-next.letters")).toMatchObject({ inFlight: 1, completed: 0 });

    accepts.resolve();
    await until("it ran", () => ran.length === 1);
    await until("it is let go", () => order.length === 3);

    expect(order).toEqual(["handed over", "accepted", "let go"]);
  });

  it("a hand-off that is refused is tried again until it is accepted", async () => {
    const clock = new FakeClock();
    const environment = { ...systemEnvironment, clock };
    const [left, right] = [own(memory({ clock })), own(memory({ clock }))];
    let refusals = 3;
    const downstream = tampered(right, {
      onSend: ({ name }) => {
        if (name === "next" && refusals-- > 0) throw new Error("not now");
      },
    });
    for (const [at, delay] of [true, false].entries()) {
      refusals = 3;
      const upstream = tampered(left, { capabilities: { delay } });
      const { made, ran } = recorder("next");
      const chain = pipe(
        own(processor(letters, { transport: upstream, environment })),
        own(processor(made, { transport: downstream, environment })),
      ).named(`refused-${at}`);
      const running = start(chain);
      await chain.send("a");

      await clock.advance(10_000);

      expect(ran).toHaveLength(1);
      expect(await left.depth(`pipe.refused-${at}.letters`)).toMatchObject({ completed: 1, inFlight: 0 });
      await running.stop();
      await chain.close();
    }
  });

  it("inside one transactional store the hand-off is one step: a settlement carries it", async () => {
    const inner = own(memory());
    const sent: string[] = [];
    const carried: string[] = [];
    const transport = tampered(inner, {
      onSend: ({ name }) => void sent.push(name),
      onSettle: ({ name }, settlements) =>
        settlements.forEach(({ sends }) => sends?.forEach(({ channel }) => carried.push(`${name} > ${channel.name}`))),
    });
    const { made, ran } = recorder("next");
    const chain = run(pipe(own(processor(letters, { transport })), own(processor(made, { transport }))));

    await chain.send("a");
    await until("it ran", () => ran.length === 1);

    expect(sent).toEqual(["letters"]);
    expect(carried).toContain("letters > pipe.letters-next.letters");
    expect(carried).toContain("pipe.letters-next.letters > next");
  });

  it("without transactions it is sent first and settled then", async () => {
    const inner = own(memory());
    const order: string[] = [];
    const transport = tampered(inner, {
      capabilities: { transactional: false },
      onSend: ({ name }) => void (name === "next" && order.push("sent")),
      onSettle: ({ name }) => void (name.startsWith("pipe.letters-next.letters") && order.push("settled")),
    });
    const { made, ran } = recorder("next");
    const chain = run(pipe(own(processor(letters, { transport })), own(processor(made, { transport }))));

    await chain.send("a");
    await until("it ran", () => ran.length === 1 && order.length === 2);

    expect(order).toEqual(["sent", "settled"]);
  });

  it.each([
    [
      "in one store",
      () => {
        const transport = memory({ capacity: { frames: 4 } });
        return [transport, transport] as const;
      },
    ],
    ["across two stores", () => [memory({ capacity: { frames: 4 } }), memory({ capacity: { frames: 4 } })] as const],
  ])("a slow stage slows those before it, %s: no channel grows beyond its capacity", async (_, openBoth) => {
    const [left, right] = openBoth();
    own(left);
    own(right);
    const gate = Promise.withResolvers<void>();
    let done = 0;
    const quick = own(processor(plainJob({ name: "quick", run: (n: number) => n }), { transport: left }));
    const slow = own(
      processor(
        plainJob({
          name: "slow",
          run: async () => {
            await gate.promise;
            done++;
          },
        }),
        { transport: right },
      ),
    );
    const chain = run(pipe(quick, slow).named("pressed"));
    let accepted = 0;
    const sends = Promise.all(Array.from({ length: 200 }, (__, n) => chain.send(n).then(() => accepted++)));

    await until("the slow stage's channel is full", async () => (await right.depth("slow")).ready === 4);
    await turns(20);
    expect(accepted).toBeLessThan(200);
    expect((await right.depth("slow")).ready).toBeLessThanOrEqual(4);
    expect((await left.depth("pipe.pressed.quick")).ready).toBeLessThanOrEqual(4);

    gate.resolve();
    await sends;
    await until("all came through", () => done === 200);
  });

  it("leases of responses that wait for a full channel are extended", async () => {
    const clock = new FakeClock();
    const environment = { ...systemEnvironment, clock };
    const [left, right] = [own(memory({ clock })), own(memory({ clock }))];
    const accepts = Promise.withResolvers<void>();
    let handed = 0;
    const downstream = tampered(right, {
      capabilities: { dedupe: false },
      onSend: async ({ name }) => {
        if (name !== "next") return;
        handed++;
        await accepts.promise;
      },
    });
    const { made, ran } = recorder("next");
    const chain = run(
      pipe(
        own(processor(letters, { transport: left, leaseMs: 1_000, environment })),
        own(processor(made, { transport: downstream, environment })),
      ),
    );
    await chain.send("a");

    await clock.advance(20_000);
    accepts.resolve();
    await clock.advance(1_000);

    expect(handed).toBe(1);
    expect(ran).toHaveLength(1);
  });
});

describe("a pipeline that is stopped under way", () => {
  const { own } = belongings();

  async function throughStops(transport: Transport, rounds: number): Promise<void> {
    const seen = new Map<string, number>();
    const first = own(
      processor(
        plainJob({
          name: "first",
          run: async (n: number) => {
            await turns(1);
            return n;
          },
        }),
        { transport, concurrency: 8 },
      ),
    );
    const second = own(
      processor(
        plainJob({
          name: "second",
          run: async (n: number) => {
            await turns(1);
            return n + 1;
          },
        }),
        { transport, concurrency: 8 },
      ),
    );
    const third = own(
      processor(
        plainJob({
          name: "third",
          run: (_: number, _resources, { id }) => {
            seen.set(id, (seen.get(id) ?? 0) + 1);
            return id;
          },
        }),
        { transport },
      ),
    );
    const chain = own(pipe(first, second, third).named("stops"));
    const ids = await chain.sendMany(Array.from({ length: 300 }, (_, n) => n));

    for (let round = 0; round < rounds; round++) {
      const running = start(chain);
      await turns(3 + (round % 5));
      const stopped = running.stop(round % 2 === 0 ? {} : { graceMs: 0 });
      if (round % 3 === 0) void running.stop();
      await stopped;
    }
    const running = start(chain);
    await until("everything came through", () => seen.size === ids.length);
    await running.stop();

    expect([...seen.keys()].sort()).toEqual([...ids].sort());
    expect(Math.max(...seen.values())).toBe(1);
  }

  it("loses nothing, does nothing twice, and goes on when it is run again", async () => {
    await throughStops(own(memory()), 12);
  });

  it("the same without transactions, where repeats are collapsed", async () => {
    await throughStops(tampered(own(memory()), { capabilities: { transactional: false } }), 12);
  });

  it("stops although a step never ends, and what it held comes again", async () => {
    const transport = own(memory());
    const { made, ran } = recorder("next");
    let hangs = true;
    const chain = own(
      pipe(own(processor(letters, { transport, graceMs: 20 })))
        .map((list) => (hangs ? new Promise<readonly string[]>(() => undefined) : list))
        .pipe(own(processor(made, { transport }))),
    );
    const running = start(chain);
    await chain.send("a");
    await until("the step hangs", async () => (await transport.depth("pipe.letters-next.letters")).inFlight === 1);

    await running.stop();
    expect(await transport.depth("pipe.letters-next.letters")).toMatchObject({ ready: 1, inFlight: 0 });

    hangs = false;
    const again = start(chain);
    await until("it came through", () => ran.length === 1);
    await again.stop();
  });

  it("stop right after start ends it, and stopping what does not run changes nothing", async () => {
    const transport = own(memory());
    const chain = own(pipe(own(processor(letters, { transport }))));

    await chain.stop();
    const running = start(chain);
    await running.stop();
    await running.ended;
    const again = start(chain);
    expect(await chain.call("ab")).toEqual(["a", "b"]);
    await again.stop();
  });

  it("leaves running what runs in its own right, and what another pipeline needs", async () => {
    const transport = own(memory());
    const shared = own(processor(letters, { transport }));
    const alone = own(processor(plainJob({ name: "size", run: (list: readonly string[]) => list.length }), { transport }));
    const inItsOwnRight = start(alone);
    const one = own(pipe(shared, alone).named("one"));
    const two = own(pipe(shared, alone).named("two"));
    const runs = [start(one), start(two)];
    expect(await one.call("ab")).toBe(2);

    await runs[0]?.stop();

    expect(await two.call("abc")).toBe(3);
    expect(await alone.call(["x"])).toBe(1);
    await runs[1]?.stop();
    expect(await alone.call(["x"])).toBe(1);
    await inItsOwnRight.stop();
    expect(await one.sendReceive("a", { timeoutMs: 20 })).toMatchObject({ ok: false });
  });

  it("a stage that cannot be opened ends the pipeline with its error, and nothing is left running", async () => {
    const good = own(memory());
    const bad = tampered(own(memory()), {
      onOpen: (what) => {
        if (what === "receiver") throw new Error("no such store");
      },
    });
    const chain = own(pipe(own(processor(letters, { transport: good })), own(processor(recorder("next").made, { transport: bad }))));

    await expect(chain.run()).rejects.toThrow("no such store");
    await expect(chain.run()).rejects.toThrow("no such store");
  });
});
