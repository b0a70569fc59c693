import { defineJob } from "@job-orch/core";
import { expect, test } from "vitest";
import { hostJob, payloadOf } from "../src/index.ts";
import { ended } from "./support/ended.ts";
import { scripted, turn } from "./support/scripted.ts";

test("a hosted job has what its callers may use, and nothing of what its pool calls", async () => {
  const bench = scripted();
  const members = ["call", "cancel", "close", "errors", "name", "on", "pause", "requestSender", "responseReceiver"];
  members.push("resume", "run", "send", "sendMany", "sendReceive", "stats", "stop", "stream");
  expect(Object.keys(bench.hosted).toSorted()).toEqual(members);
  expect(bench.hosted[Symbol.asyncDispose]).toBe(bench.hosted.close);
  expect(Object.getPrototypeOf(bench.hosted)).toBe(Object.prototype);
  await ended(bench);
});

test("a job that is closed takes nothing more, also when its pool is another's and goes on", async () => {
  const bench = scripted();
  const other = defineJob({ name: "other", run: (value: unknown) => value });
  const hosted = hostJob(other, bench.pool, payloadOf("auto"), false);
  const before = hosted.call("before");
  bench.last().ready();
  await turn();
  await hosted.close();
  const refused = { code: "ERR_CLOSED", message: expect.stringContaining('"other" is closed') };
  await expect(hosted.call(1)).rejects.toMatchObject(refused);
  await expect(hosted.send(1)).rejects.toMatchObject(refused);
  await expect((hosted.stream as unknown as (request: unknown) => AsyncIterator<unknown>)(1).next()).rejects.toMatchObject(refused);
  await expect(hosted.run()).rejects.toMatchObject(refused);
  await expect(hosted.responseReceiver()).rejects.toMatchObject(refused);
  bench.last().answer(bench.last().begin()!, "answered");
  expect(await before).toBe("answered");
  const after = bench.hosted.call("after");
  await turn();
  bench.last().answer(bench.last().begin()!, "answered");
  expect(await after).toBe("answered");
  await ended(bench);
});
