import { ok, strictEqual } from "node:assert/strict";
import type { Frame } from "@job-orch/core";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";

function sized(bench: Bench, bytes: number): Frame {
  return { id: bench.name("s"), body: new Uint8Array(bytes) };
}

function sizeOf(body: unknown): number {
  return body instanceof Uint8Array ? body.byteLength : -1;
}

export const limits: readonly Clause[] = [
  clause(
    "SPI-LIM-01",
    "a frame over maxFrameBytes is refused with its size and the limit, and what follows is not touched",
    ["limit"],
    async (bench) => {
      const channel = bench.work();
      const sender = await bench.sender(channel);
      const receiver = await bench.receiver(channel);
      const limit = bench.capabilities.maxFrameBytes;
      const error = await bench.failure(
        async () => sender.send([sized(bench, limit + 1)], new AbortController().signal),
        "a frame over the limit",
      );
      const { code, limit: said, size } = error as { readonly code?: unknown; readonly limit?: unknown; readonly size?: unknown };
      strictEqual(code, "ERR_TOO_LARGE", `refused with ${String(error)}`);
      ok(said === limit && size === limit + 1, `it says ${String(size)} over ${String(said)}`);
      await bench.accepted(sender, [bench.frame("next")]);
      strictEqual(bench.text(await bench.takeOne(receiver)), "next", "something else than the next frame arrived");
    },
  ),

  clause("SPI-LIM-02", "a frame of exactly maxFrameBytes passes", ["limit"], async (bench) => {
    const channel = bench.work();
    const limit = bench.capabilities.maxFrameBytes;
    await bench.send(channel, [sized(bench, limit)]);
    strictEqual(sizeOf((await bench.takeOne(await bench.receiver(channel))).frame.body), limit);
  }),

  clause("SPI-LIM-03", "a frame of 64 KiB passes everywhere", ["bytes"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [sized(bench, 65_536)]);
    strictEqual(sizeOf((await bench.takeOne(await bench.receiver(channel))).frame.body), 65_536);
  }),

  clause("SPI-LIM-04", "a frame with 100 headers, one of 8 KiB, passes unchanged or is refused with a code", [], async (bench) => {
    const channel = bench.work();
    const headers: Record<string, string> = { "x-long": "é".repeat(4_096) };
    for (let index = 0; index < 99; index++) headers[`x-${index}`] = String(index);
    try {
      await bench.send(channel, [bench.frame("0", { headers })]);
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      ok(code === "ERR_OPTION" || code === "ERR_TOO_LARGE", `refused with ${String(error)}`);
      return;
    }
    const { frame } = await bench.takeOne(await bench.receiver(channel));
    strictEqual(Object.keys(frame.headers ?? {}).length, 100, "headers were lost");
    strictEqual(frame.headers?.["x-long"], headers["x-long"], "a header was cut");
  }),
];
