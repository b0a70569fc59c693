import { doneRows, rows } from "@job-orch/test-support";
import { streamsAsPromised } from "@job-orch/test-support/streams";
import { describe, test } from "vitest";
import { hostJob, inlineFactory, payloadOf, Pool, type PoolOptions } from "../src/index.ts";

const check = payloadOf("auto");

function open(options: PoolOptions = {}) {
  const factory = inlineFactory([doneRows], undefined, check);
  return hostJob(rows, new Pool({ name: "rows", options: { size: 1, ...options }, factory }), (value) => void check(value), true);
}

describe("jobs in line yield", () => {
  streamsAsPromised({ test, open, isolated: false, copies: false });
});
