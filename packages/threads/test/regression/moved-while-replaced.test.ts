import { transfer } from "@job-orch/link";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { pool } from "../support/pool.ts";

test("buffers that were moved to a thread are worked on there, also when a fresh one takes its place meanwhile", async () => {
  await using deeds = pool({ recycle: { requests: 1 } });
  const fresh = new Promise<void>((resolve) => deeds.on("workerReady", ({ incarnation }) => (incarnation === 2 ? resolve() : undefined)));
  expect(await deeds.call({ do: "echo", value: 1 })).toBe(1);
  const aborter = new AbortController();
  const running = deeds.sendReceive({ do: "listen" }, { signal: aborter.signal });
  const bytes = new Uint8Array([1, 2, 3]);
  const moved = deeds.sendReceive(transfer({ do: "echo", value: bytes }, [bytes.buffer]));
  await until("it is moved", () => bytes.length === 0);
  await fresh; // the old one is told to end
  aborter.abort();
  await running;
  expect(await moved).toEqual({ ok: true, value: new Uint8Array([1, 2, 3]) });
});
