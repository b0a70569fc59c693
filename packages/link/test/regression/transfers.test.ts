import { defineJob } from "@job-orch/core";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, payloadOf, Pool, transfer } from "../../src/index.ts";

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
