import { turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineJob, processor, sendReceive, shared } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

describe.each(wires)("getCache on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("at the caller's side a hit sends nothing", async () => {
    const transport = own(open());
    const job = plainJob({ name: "known", run: (n: number) => n * 2, getCache: (n: number) => (n === 1 ? { response: 100 } : undefined) });
    const hosted = run(processor(job, { transport }));
    const told: string[] = [];
    hosted.on("sent", () => told.push("sent"));
    hosted.on("cached", ({ where }) => told.push(where));

    expect(await hosted.call(1)).toBe(100);
    expect(told).toEqual(["caller"]);
    expect(await hosted.call(2)).toBe(4);
    expect(told).toEqual(["caller", "sent"]);
  });

  it("at the processor's side a hit does not run the job, and the response says where it came from", async () => {
    let runs = 0;
    const job = plainJob({
      name: "remembered",
      run: (n: number, _resources: { readonly known: ReadonlyMap<number, string> }) => {
        runs++;
        return `computed ${n}`;
      },
      getCache: (n: number, { known }: { readonly known: ReadonlyMap<number, string> }) => {
        const response = known.get(n);
        return response === undefined ? undefined : { response };
      },
    });
    const resources = () => ({ known: new Map([[1, "remembered 1"]]) });
    const hosted = run(processor(job, { transport: own(open()), resources }));
    const told: string[] = [];
    hosted.on("cached", ({ where, id }) => told.push(`${where} ${id}`));
    hosted.on("started", ({ id }) => told.push(`started ${id}`));
    hosted.on("succeeded", ({ id }) => told.push(`succeeded ${id}`));
    const responses = own(await hosted.responseReceiver());

    await hosted.send(1, { id: "hit" });
    await hosted.send(2, { id: "miss" });

    expect(await responses.receive()).toMatchObject({
      id: "hit",
      result: { ok: true, value: "remembered 1" },
      headers: { "job-orch-cached": "processor" },
    });
    const miss = await responses.receive();
    expect(miss).toMatchObject({ id: "miss", result: { ok: true, value: "computed 2" } });
    expect(miss.headers?.["job-orch-cached"]).toBeUndefined();
    expect(runs).toBe(1);
    await until("both are told of", () => told.length === 4);
    expect(told).toEqual(["processor hit", "succeeded hit", "started miss", "succeeded miss"]);
  });

  it("a cached undefined is a hit, on both sides", async () => {
    let runs = 0;
    const made = { name: "nothing", run: () => void runs++, getCache: () => ({ response: undefined }) };
    const bySlots = run(processor(plainJob(made), { transport: own(open()), resources: () => undefined }));
    const anywhere = run(processor(plainJob(made), { transport: own(open()) }));

    expect(await bySlots.sendReceive(undefined)).toEqual({ ok: true, value: undefined });
    expect(await anywhere.sendReceive(undefined)).toEqual({ ok: true, value: undefined });
    expect(runs).toBe(0);
  });

  it.each([
    [
      "throws",
      (): never => {
        throw new Error("cache down");
      },
    ],
    ["rejects", () => Promise.reject(new Error("cache down"))],
  ])("a cache that %s is a miss", async (_, getCache) => {
    const bySlots = run(
      processor(plainJob({ name: "down", run: () => "run", getCache }), { transport: own(open()), resources: () => undefined }),
    );
    const anywhere = run(processor(plainJob({ name: "down", run: () => "run", getCache }), { transport: own(open()) }));
    const logged: string[] = [];
    bySlots.on("log", ({ level, message }) => logged.push(`${level} ${message}`));

    expect(await bySlots.call(undefined)).toBe("run");
    expect(await anywhere.call(undefined)).toBe("run");
    expect(logged).toEqual(["warn the cache failed"]);
  });

  it("resources of a slot are never used at the caller's side; shared ones and the caller's own are", async () => {
    const asked: string[] = [];
    const job = plainJob({
      name: "where",
      run: () => "run",
      getCache: (_: null, resources: { readonly of: string }) => void asked.push(resources.of),
    });
    const transport = own(open());
    const bySlots = own(processor(job, { transport, resources: () => ({ of: "slot" }) }));
    const byShared = own(processor(job, { transport, resources: shared({ of: "shared" }) }));
    run(processor(plainJob({ name: "where", run: () => "run" }), { transport }));

    await bySlots.call(null);
    expect(asked).toEqual([]);
    await byShared.call(null);
    expect(asked).toEqual(["shared"]);
    await own(sendReceive(bySlots, { resources: { of: "caller" } })).call(null);
    expect(asked).toEqual(["shared", "caller"]);
  });

  it("both sides ask with what the schema made of the request, and answer with what it makes of the response", async () => {
    const asked: unknown[] = [];
    const job = defineJob({
      name: "shaped",
      request: z.object({ n: z.string().transform(Number) }),
      response: z.number().transform((n) => `#${n}`),
      run: ({ n }) => n + 1,
      getCache: (request) => {
        asked.push(request);
        return request.n === 1 ? { response: 41 } : undefined;
      },
    });
    const anywhere = run(processor(job, { transport: own(open()) }));
    const bySlots = run(processor(job, { transport: own(open()), resources: () => undefined }));

    expect(await anywhere.call({ n: "1" })).toBe("#41");
    expect(await bySlots.call({ n: "1" })).toBe("#41");
    expect(await bySlots.call({ n: "5" })).toBe("#6");
    expect(asked).toEqual([{ n: 1 }, { n: 1 }, { n: 5 }]);
    expect(await anywhere.sendReceive({ n: 1 } as never)).toMatchObject({ ok: false, error: { code: "ERR_VALIDATION" } });
  });

  it("a call that was aborted while its cache was asked sends nothing", async () => {
    const gate = Promise.withResolvers<undefined>();
    const transport = own(open());
    const hosted = own(processor(plainJob({ name: "abandoned", run: () => 1, getCache: () => gate.promise }), { transport }));
    const controller = new AbortController();
    const result = hosted.sendReceive(undefined, { signal: controller.signal });

    controller.abort(new Error("enough"));
    gate.resolve(undefined);

    expect(await result).toMatchObject({ ok: false, error: { message: "enough" } });
    await turns();
    expect(await transport.depth("abandoned")).toMatchObject({ ready: 0 });
  });

  it("a cache that never answers does not make a call wait for ever", async () => {
    const hosted = own(
      processor(plainJob({ name: "stuck", run: () => 1, getCache: () => new Promise<never>(() => undefined) }), { transport: own(open()) }),
    );

    expect(await hosted.sendReceive(undefined, { timeoutMs: 30 })).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE" } });
  });
});
