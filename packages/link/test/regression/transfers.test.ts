import { defineJob } from "@job-orch/core";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, payloadOf, Pool, transfer, type WorkerFactory } from "../../src/index.ts";
import { ended } from "../support/ended.ts";
import { scripted, turn } from "../support/scripted.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A schema as any library has it. */
const bytes = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) => (value instanceof Uint8Array ? { value: value as Bytes } : { issues: [{ message: "it is no bytes" }] }),
    types: undefined as { readonly input: Bytes; readonly output: Bytes } | undefined,
  },
};

test("what moves is checked by schemas, and looked up in caches, as the value it is", async () => {
  const asked: unknown[] = [];
  const grow = defineJob({
    name: "grow",
    request: bytes,
    response: bytes,
    getCache: (request) => {
      asked.push(request.length);
      return undefined;
    },
    run: (request) => transfer(new Uint8Array(request.length * 2)),
  });
  const pool = new Pool({ name: "grow", options: { size: 1 }, factory: inlineFactory([grow]) });
  const check = payloadOf("auto");
  await using hosted = hostJob(grow, pool, (value) => void check(value), true);
  expect(await hosted.call(transfer(new Uint8Array(2)))).toEqual(new Uint8Array(4));
  expect(await hosted.send(transfer(new Uint8Array(2)))).toEqual(expect.any(String));
  expect(asked).toEqual([2]);
  await expect(hosted.call(transfer("text" as never, []))).rejects.toMatchObject({ code: "ERR_VALIDATION" });
});

test("where a wire copies, nothing was moved: what a worker did not begin goes to the next one", async () => {
  const bench = scripted({ maxWindow: 4 }, false);
  const given = new Uint8Array([1, 2, 3]);
  const calls = [transfer(given), 2].map((value) => bench.hosted.call(value));
  bench.last().ready({ tellsBegun: true });
  await turn();
  expect(given).toHaveLength(3);
  bench.last().end();
  bench.last().ready({ tellsBegun: true });
  for (let count = 0; count < 2; count++) {
    await turn();
    const next = bench.last().begin();
    bench.last().answer(next!, next!.body);
  }
  expect(await Promise.all(calls)).toEqual([given, 2]);
  await ended(bench);
});

test("what was not handed over yet when its worker ended goes to the next one, with its buffers", async () => {
  const bench = scripted({ maxWindow: 4 });
  const before = bench.hosted.sendReceive(transfer(new Uint8Array(1)));
  const old = bench.last();
  old.ready();
  await turn();
  const given = new Uint8Array([1, 2, 3]);
  const after = bench.hosted.call(transfer(given));
  old.end();
  expect(await before).toMatchObject({ ok: false, error: { code: "ERR_TRANSFER_LOST" } });
  await turn();
  expect(given).toHaveLength(3);
  bench.last().ready();
  await turn();
  const next = bench.last().begin();
  expect([next?.body, given.length]).toEqual([new Uint8Array([1, 2, 3]), 0]);
  bench.last().answer(next!, "answered");
  expect(await after).toBe("answered");
  await ended(bench);
});

test("a request whose buffers are moved says so to its worker", async () => {
  const pool = new Pool({ name: "spy", options: { size: 1 }, factory: spied });
  const echo = defineJob({ name: "echo", run: (value: unknown) => value });
  await using hosted = hostJob(echo, pool, payloadOf("auto"), true);
  await hosted.call(transfer(new Uint8Array(1)));
  await hosted.call(1);
  expect(sent.map((batch) => batch[3])).toEqual([expect.objectContaining({ moved: true }), undefined]);
});

const sent: (readonly unknown[])[] = [];
const inline = inlineFactory([defineJob({ name: "echo", run: (value: unknown) => value })]);
/** Workers in line, and all that is sent to them. */
const spied: WorkerFactory = {
  ...inline,
  start: (start, events) => {
    const link = inline.start(start, events);
    return {
      ...link,
      send: (batch, transfers) => {
        sent.push(batch);
        link.send(batch, transfers);
      },
    };
  },
};
