import { rejection, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { processor } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

const echo = plainJob({ name: "echo", run: (value: number) => value });

describe.each(wires)("response receivers on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("are live when they are there: no response to a later request is missed", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    for (let round = 0; round < 50; round++) {
      const receiver = await hosted.responseReceiver();
      const id = await hosted.send(round);
      expect(await receiver.receive()).toMatchObject({ id });
      await receiver[Symbol.asyncDispose]();
    }
  });

  it("a response goes to the broadcast only while somebody would get it, as far as the transport knows", async () => {
    const inner = own(open());
    const sent: string[] = [];
    const watched = tampered(inner, {
      onSettle: (_channel, settlements) => {
        for (const { delivery, sends = [] } of settlements)
          for (const { channel } of sends) sent.push(`${delivery.frame.id}: ${channel.name}`);
      },
    });
    const hosted = run(processor(echo, { transport: own(Object.assign(watched, { hears: inner.hears })) }));
    const runs = (id: string): Promise<void> =>
      new Promise((resolve) => void hosted.on("succeeded", (event) => event.id === id && resolve()));
    const unheard = runs("unheard");
    await hosted.send(1, { id: "unheard" });
    await unheard;
    expect(sent).toEqual([]);

    expect(await hosted.call(2, { id: "called" })).toBe(2);
    expect(sent).toEqual([expect.stringMatching(/^called: reply\./)]);

    const grouped = await hosted.responseReceiver({ group: "audit" });
    await grouped[Symbol.asyncDispose](); // a group listens also while nobody of it is there
    const heard = runs("heard");
    await hosted.send(3, { id: "heard" });
    await heard;
    expect(sent.slice(1)).toEqual(["heard: echo.responses"]);
  });

  it("one that is cut off because it took too little says so: what it missed is gone", async () => {
    const hosted = run(processor(echo, { transport: own(open({ capacity: { frames: 4 } })) }));
    const told: unknown[] = [];
    hosted.on("disconnected", ({ processor: name, error }) => told.push([name, error]));
    const receiver = own(await hosted.responseReceiver());
    for (let value = 0; value < 20; value++) await hosted.call(value);

    const next = receiver.receive();
    await until("it was told", () => told.length > 0);

    expect(told).toEqual([["echo", expect.objectContaining({ code: "ERR_RECEIVE" })]]);
    await until("it is subscribed again", async () => (await hosted.call(20)) === 20);
    expect(await next).toMatchObject({ result: { ok: true, value: 20 } });
  });

  it("a response that cannot be sent fails its job whether somebody listens or not", async () => {
    const unsendable = plainJob({ name: "unsendable", run: (): unknown => () => undefined });
    const hosted = run(processor(unsendable, { transport: own(memory({ isolation: "codec" })) }));
    const failed = new Promise<string>((resolve) => void hosted.on("dead", ({ id }) => resolve(id)));

    const id = await hosted.send(undefined);

    expect(await failed).toBe(id);
  });

  it("each anonymous one gets every response, in order", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const receivers = await Promise.all([1, 2, 3].map(async () => own(await hosted.responseReceiver())));
    const ids = await hosted.sendMany([1, 2, 3, 4]);

    for (const receiver of receivers) {
      const got: string[] = [];
      for await (const { id } of receiver) {
        got.push(id);
        if (got.length === ids.length) break;
      }
      expect(got).toEqual(ids);
    }
  });

  it("errors come as results, rebuilt", async () => {
    const hosted = run(
      processor(
        plainJob({
          name: "fails",
          run: () => {
            throw new RangeError("off");
          },
        }),
        { transport: own(open()) },
      ),
    );
    const receiver = own(await hosted.responseReceiver());
    await hosted.send(undefined);

    const { result } = await receiver.receive();

    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error).toMatchObject({ name: "RangeError", message: "off" });
    if (!result.ok) expect(result.error).toBeInstanceOf(Error);
  });

  it("members of a group share, and what nobody took waits for them", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const first = await hosted.responseReceiver({ group: "archive" });
    await first[Symbol.asyncDispose]();
    const ids = await hosted.sendMany(Array.from({ length: 20 }, (_, n) => n)); // while no member is there
    await until("all ran", async () => (await hosted.transport.depth("echo")).completed === 20);
    const members = await Promise.all([1, 2].map(async () => own(await hosted.responseReceiver({ group: "archive" }))));

    const got = await Promise.all(
      members.map(async (member) => {
        const mine: string[] = [];
        while (mine.length < 10) mine.push(...(await member.receiveBatch(10 - mine.length)).map(({ id }) => id));
        return mine;
      }),
    );

    expect(got.flat().sort()).toEqual([...ids].sort());
  });

  it("what a group's member had in hand when it left comes again to the next", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const first = await hosted.responseReceiver({ group: "careful" });
    const ids = await hosted.sendMany([1, 2, 3]);
    expect(await first.receive()).toMatchObject({ id: ids[0] });
    expect(await first.receive()).toMatchObject({ id: ids[1] }); // asking for it lets the first one go
    await first[Symbol.asyncDispose]();

    const second = own(await hosted.responseReceiver({ group: "careful" }));

    expect(await second.receive()).toMatchObject({ id: ids[1] });
    expect(await second.receive()).toMatchObject({ id: ids[2] });
  });

  it("for await ends quietly when it is disposed, and receive rejects as closed", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const receiver = await hosted.responseReceiver();
    const got: number[] = [];
    const loop = (async () => {
      for await (const { result } of receiver) if (result.ok) got.push(result.value);
    })();
    await hosted.send(1);
    await until("it came", () => got.length === 1);

    await receiver[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    await loop;

    expect(got).toEqual([1]);
    expect(await rejection(receiver.receive())).toMatchObject({ code: "ERR_CLOSED" });
    expect(await receiver.receiveBatch(5)).toEqual([]);
  });

  it("an aborted wait rejects with its reason and takes nothing", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const receiver = own(await hosted.responseReceiver());
    const controller = new AbortController();
    const waits = rejection(receiver.receive({ signal: controller.signal }));
    const batch = receiver.receiveBatch(5, { signal: controller.signal });

    controller.abort("enough");

    expect(await waits).toBe("enough");
    expect(await batch).toEqual([]);
    expect(await rejection(receiver.receive({ signal: AbortSignal.abort("before") }))).toBe("before");
    const id = await hosted.send(1);
    expect(await receiver.receive()).toMatchObject({ id });
  });

  it("several waits at once each get a response of their own", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const receiver = own(await hosted.responseReceiver());
    const waits = Array.from({ length: 5 }, () => receiver.receive());

    const ids = await hosted.sendMany([1, 2, 3, 4, 5]);

    expect((await Promise.all(waits)).map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it("waits end when their processor closes", async () => {
    const hosted = own(processor(echo, { transport: own(open()) }));
    const receiver = await hosted.responseReceiver();
    const waits = rejection(receiver.receive());
    await turns();

    await hosted.close();

    expect(await waits).toMatchObject({ code: "ERR_CLOSED" });
  });

  it("a group is refused where the transport keeps none", async () => {
    const hosted = own(processor(echo, { transport: tampered(own(open()), { capabilities: { groups: false } }) }));

    expect(await rejection(hosted.responseReceiver({ group: "g" }))).toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: expect.stringContaining("groups"),
    });
  });
});

it("nothing is published where nobody listens", async () => {
  const transport = memory();
  const sent: string[] = [];
  const watched = tampered(transport, {
    onSettle: (_, settlements) => settlements.forEach(({ sends }) => sends?.forEach(({ channel }) => sent.push(channel.name))),
  });
  const hosted = processor(echo, { transport: watched });
  const ran = hosted.run();

  expect(await hosted.call(5)).toBe(5);

  expect(sent.filter((name) => name.startsWith("reply."))).toHaveLength(1); // and the broadcast, which goes nowhere
  await hosted.stop();
  await ran;
  await hosted.close();
  await transport[Symbol.asyncDispose]();
});
