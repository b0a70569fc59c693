import { until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineJob, type Frame, OptionError, processor, start, type Transport } from "../../src/index.ts";
import { defaultCodec } from "../../src/codec/codec.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

const NEVER = new AbortController().signal;

/** Puts a frame into a channel as another program would: unchecked. */
async function smuggle(transport: Transport, channel: string, frame: Frame): Promise<void> {
  const sender = await transport.sender({ name: channel, mode: "work" }, NEVER);
  await sender.send([frame], NEVER);
  await sender[Symbol.asyncDispose]();
}

describe("poison on the codec wire", () => {
  const { own, run } = belongings();
  const bodies: readonly (readonly [string, unknown])[] = [
    ["no bytes at all", new Uint8Array()],
    ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00, 0x80])],
    ["half of something", new TextEncoder().encode('{"half":')],
    ["a string where bytes belong", "text"],
    ["nothing", undefined],
  ];

  it.each(bodies)("%s goes to the dead letters with its reason, and the loop goes on", async (_, body) => {
    const transport = own(memory({ isolation: "codec" }));
    let runs = 0;
    const hosted = run(
      processor(
        plainJob({
          name: "eater",
          run: (value: number) => {
            runs++;
            return value;
          },
        }),
        { transport, retry: { attempts: 5 } },
      ),
    );
    const responses = own(await hosted.responseReceiver());

    await smuggle(transport, "eater", { id: "poison", body });

    expect(await responses.receive()).toMatchObject({ id: "poison", result: { ok: false, error: { code: "ERR_DECODE" } } });
    await until("it is a dead letter", async () => (await transport.depth("eater")).dead === 1);
    expect(await transport.list("eater", { state: "dead" })).toMatchObject({
      items: [{ id: "poison", attempt: 1, error: { code: "ERR_DECODE" } }],
    });
    expect(await hosted.call(3)).toBe(3);
    expect(runs).toBe(1);
  });
});

describe.each(wires)("poison on the $wire wire", ({ open }) => {
  const { own, run } = belongings();
  const schema = z.object({ url: z.string(), width: z.number().int() });

  it("a request that does not fit the schema goes to the dead letters with the path", async () => {
    const transport = own(open());
    let runs = 0;
    const strict = run(processor(defineJob({ name: "strict", request: schema, run: () => ++runs }), { transport, retry: { attempts: 5 } }));
    const lax = own(processor(plainJob({ name: "strict", run: (_: unknown) => 0 }), { transport }));

    const result = await lax.sendReceive({ url: "cat.png", width: "wide" });

    expect(result).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION", message: expect.stringContaining("width") } });
    expect(await transport.list("strict", { state: "dead" })).toMatchObject({ items: [{ attempt: 1, error: { code: "ERR_VALIDATION" } }] });
    expect(runs).toBe(0);
    expect(await strict.call({ url: "cat.png", width: 2 })).toBe(1);
  });

  it("a request for another version of the job goes to the dead letters, and is not misread", async () => {
    const transport = own(open());
    let runs = 0;
    const second = run(processor(plainJob({ name: "evolving", version: 2, run: () => ++runs }), { transport }));
    const first = own(processor(plainJob({ name: "evolving", version: 1, run: () => 0 }), { transport }));

    expect(await first.sendReceive(undefined)).toMatchObject({ ok: false, error: { code: "ERR_UNKNOWN_VERSION" } });
    expect(await transport.depth("evolving")).toMatchObject({ dead: 1 });
    expect(runs).toBe(0);
    expect(await second.call(undefined)).toBe(1);
  });

  it("a request of a sender that states no version is taken", async () => {
    const transport = own(open());
    run(processor(plainJob({ name: "evolving", version: "2", run: () => "two" }), { transport }));
    const stateless = own(processor(plainJob({ name: "evolving", run: () => "none" }), { transport }));

    expect(await stateless.call(undefined)).toBe("two");
  });

  it("nonsense in headers that core reads does no harm", async () => {
    const transport = own(open());
    const hosted = run(
      processor(plainJob({ name: "odd", run: (_: unknown, _resources, { deadline }) => deadline ?? "none" }), { transport }),
    );
    const responses = own(await hosted.responseReceiver());
    const body = transport.capabilities.wire === "bytes" ? defaultCodec.encode(null) : null;

    await smuggle(transport, "odd", { id: "a", body, headers: { "job-orch-deadline": "soon", "job-orch-reply-to": "nowhere" } });
    await smuggle(transport, "odd", { id: "b", body, headers: { "job-orch-reply-to": "b:" } });

    expect(await responses.receive()).toMatchObject({ id: "a", result: { ok: true, value: "none" } });
    expect(await responses.receive()).toMatchObject({ id: "b", result: { ok: true } });
    expect(await hosted.call(null)).toEqual(expect.any(Number));
  });

  it("a reply address that no channel can have costs its own caller the answer, nobody else", async () => {
    const transport = own(open());
    const hosted = run(processor(plainJob({ name: "addressed", run: (value: unknown) => value }), { transport }));
    const body = transport.capabilities.wire === "bytes" ? defaultCodec.encode(null) : null;

    await smuggle(transport, "addressed", { id: "evil", body, headers: { "job-orch-reply-to": "b:no such channel name\u0000" } });

    for (let at = 0; at < 20; at++) expect(await hosted.call(at)).toBe(at);
    await until("the evil one is over", async () => (await transport.depth("addressed")).inFlight === 0);
  });

  it("a response that no wire carries is an attempt that failed, not a loop that stopped", async () => {
    const hosted = run(
      processor(plainJob({ name: "answers", run: (good: boolean) => (good ? "fine" : () => "a function") as unknown }), {
        transport: own(open()),
      }),
    );
    const wire = hosted.transport.capabilities.wire;

    const result = await hosted.sendReceive(false);

    expect(result).toMatchObject(wire === "bytes" ? { ok: false, error: { code: "ERR_ENCODE" } } : { ok: true });
    expect(await hosted.call(true)).toBe("fine");
  });
});

it.each([true, false])(
  "a response that can never be stored makes a dead letter of its request, and of no other (transactional: %s)",
  async (transactional) => {
    const inner = memory();
    const refuse = (id: string): void => {
      if (id.startsWith("evil")) throw new OptionError("this frame is not welcome");
    };
    const transport = tampered(inner, {
      capabilities: { transactional },
      onSend: ({ name }, ids) => {
        if (name.endsWith(".responses")) ids.forEach(refuse);
      },
      onSettle: (_, settlements) =>
        settlements.forEach(({ sends }) => sends?.forEach(({ frames }) => frames.forEach(({ id }) => refuse(id)))),
    });
    const hosted = processor(plainJob({ name: "unlucky", run: (value: number) => value }), { transport, concurrency: 10 });
    const running = start(hosted);

    const answers = Promise.all(Array.from({ length: 20 }, (_, at) => hosted.call(at)));
    await hosted.send(-1, { id: "evil" });

    expect(await answers).toHaveLength(20);
    await until("the evil one is set aside", async () => (await inner.depth("unlucky")).dead === 1);
    await running.stop();
    await hosted.close();
    await inner[Symbol.asyncDispose]();
  },
);
