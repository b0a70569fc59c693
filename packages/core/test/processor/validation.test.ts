import { rejection } from "@job-orch/test-support";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { defineJob, processor, ValidationError } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { wires } from "../support/wires.ts";

const schema = z.object({ url: z.string(), sizes: z.array(z.object({ width: z.number() })) });

describe.each(wires)("schemas on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("what does not fit is refused at every way of sending, with its path, before anything is sent", async () => {
    const transport = own(open());
    const hosted = own(processor(defineJob({ name: "strict", request: schema, run: () => 1 }), { transport }));
    const bad = { url: "a", sizes: [{ width: 1 }, { width: "wide" }] } as never;

    for (const refused of [
      hosted.send(bad),
      hosted.sendMany([bad]),
      hosted.call(bad),
      hosted.requestSender().send({ id: "x", request: bad }),
    ]) {
      const error = await rejection(refused);
      expect(error).toBeInstanceOf(ValidationError);
      expect(error).toMatchObject({ code: "ERR_VALIDATION", message: expect.stringMatching(/sizes.*1.*width/) });
    }
    expect(await hosted.sendReceive(bad)).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION" } });
    expect(await transport.depth("strict")).toMatchObject({ ready: 0 });
  });

  it("sendMany sends none when one does not fit", async () => {
    const transport = own(open());
    const hosted = own(processor(defineJob({ name: "strict", request: z.number(), run: () => 1 }), { transport }));

    expect(await rejection(hosted.sendMany([1, 2, "three" as never]))).toBeInstanceOf(ValidationError);
    expect(await transport.depth("strict")).toMatchObject({ ready: 0 });
  });

  it("senders give the schema's input, run gets its output, once", async () => {
    let transforms = 0;
    const request = z.string().transform((text) => {
      transforms++;
      return text.split(",");
    });
    const job = defineJob({ name: "split", request, response: z.number(), run: (parts) => parts.length });
    const hosted = run(processor(job, { transport: own(open()) }));
    expectTypeOf(hosted.call).parameter(0).toEqualTypeOf<string>();
    expectTypeOf<Awaited<ReturnType<typeof hosted.call>>>().toEqualTypeOf<number>();

    expect(await hosted.call("a,b,c")).toBe(3);
    expect(transforms).toBe(2); // the sender's check, whose result is not sent, and the one before `run`
  });

  it("a response that does not fit is an attempt that failed, without a retry", async () => {
    let runs = 0;
    const job = defineJob({
      name: "wrong",
      request: z.null(),
      response: z.object({ n: z.number() }),
      run: () => ({ n: `${++runs}` }) as never,
    });
    const hosted = run(processor(job, { transport: own(open()), retry: { attempts: 3 } }));

    expect(await hosted.sendReceive(null)).toMatchObject({
      ok: false,
      error: { code: "ERR_VALIDATION", message: expect.stringContaining("response") },
    });
    expect(runs).toBe(1);
  });

  it("receivers get the response schema's output", async () => {
    const job = defineJob({
      name: "formats",
      request: z.number(),
      response: z.number().transform((n) => ({ text: `${n}` })),
      run: (n) => n * 2,
    });
    const hosted = run(processor(job, { transport: own(open()) }));

    expect(await hosted.call(4)).toEqual({ text: "8" });
  });

  it("schemas that take their time are waited for, on both sides", async () => {
    const later = z.number().refine(async (n) => {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      return n > 0;
    }, "must be positive");
    const job = defineJob({ name: "later", request: later, response: later, run: (n) => n - 1 });
    const hosted = run(processor(job, { transport: own(open()), concurrency: 4 }));

    expect(await Promise.all([hosted.call(2), hosted.call(3)])).toEqual([1, 2]);
    expect(await hosted.send(5)).toEqual(expect.any(String));
    expect(await rejection(hosted.call(-1))).toMatchObject({ code: "ERR_VALIDATION", message: expect.stringContaining("positive") });
    expect(await hosted.sendReceive(1)).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION" } });
  });

  it("a call aborted while its schema takes its time sends nothing", async () => {
    const gate = Promise.withResolvers<boolean>();
    const transport = own(open());
    const hosted = own(
      processor(defineJob({ name: "waits", request: z.number().refine(() => gate.promise), run: () => 1 }), { transport }),
    );
    const controller = new AbortController();
    const call = rejection(hosted.call(1, { signal: controller.signal }));

    controller.abort("enough");
    gate.resolve(true);

    expect(await call).toBe("enough");
    expect(await transport.depth("waits")).toMatchObject({ ready: 0 });
  });

  it("a schema that throws is a refusal, not a crash", async () => {
    const explosive = z.number().transform(() => {
      throw new TypeError("schema bug");
    });
    const hosted = own(processor(defineJob({ name: "bug", request: explosive, run: () => 1 }), { transport: own(open()) }));

    expect(await rejection(hosted.send(1))).toMatchObject({ message: "schema bug" });
    expect(await rejection(hosted.call(1))).toMatchObject({ message: "schema bug" });
  });
});
