import { expect, test } from "vitest";
import { ended } from "./support/ended.ts";
import { scripted } from "./support/scripted.ts";

test("a hosted job has what its callers may use, and nothing of what its pool calls", async () => {
  const bench = scripted();
  const members = ["call", "cancel", "close", "errors", "name", "on", "pause", "requestSender", "responseReceiver"];
  members.push("resume", "run", "send", "sendMany", "sendReceive", "stats", "stop", "stream");
  expect(Object.keys(bench.hosted).toSorted()).toEqual(members);
  expect(bench.hosted[Symbol.asyncDispose]).toBe(bench.hosted.close);
  expect(Object.getPrototypeOf(bench.hosted)).toBe(Object.prototype);
  await ended(bench);
});
