import { fileURLToPath } from "node:url";
import { rows } from "@job-orch/test-support";
import { read, streamsAsPromised } from "@job-orch/test-support/streams";
import { describe, expect, test } from "vitest";
import { type ProcessOptions, processes } from "../src/index.ts";

const worker = fileURLToPath(new URL("./fixtures/rows.worker.ts", import.meta.url));

function open(options: Partial<ProcessOptions> = {}) {
  return processes(rows, { command: process.execPath, args: [worker], size: 1, output: "events", ...options });
}

describe.each(["fd3", "stdio", "tcp"] as const)("jobs in processes yield, over %s", (transport) => {
  streamsAsPromised({ test, open: (options) => open({ transport, ...options }), isolated: true, copies: true });
});

describe("items over the line protocol", () => {
  const badly = (way: string) => open({ args: [fileURLToPath(new URL("./fixtures/yields-badly.worker.ts", import.meta.url)), way] });

  test("a worker without the capability is not asked, and its caller hears why", async () => {
    await using none = badly("none at all");
    const { error } = await read(none.stream({ do: "count", to: 1 }));
    expect(error).toMatchObject({ code: "ERR_UNSUPPORTED", message: expect.stringContaining('"stream"') });
    expect(await none.call({ do: "count", to: 1 })).toBe("fine");
  });

  test("more items than were granted break the protocol, and so does one that nobody asked for", async () => {
    await using many = badly("too many");
    const { items, error } = await read(many.stream({ do: "count", to: 1 }, { window: 4 }));
    expect(items).toEqual([0, 1, 2, 3]);
    expect(error).toMatchObject({ code: "ERR_WORKER_CRASHED", message: expect.stringContaining("than it was granted") });
    await using unasked = badly("unasked");
    await expect(unasked.call({ do: "count", to: 1 })).rejects.toMatchObject({ code: "ERR_WORKER_CRASHED" });
  });

  test("an item that must not be let in ends its stream, behind those before it, and nothing else", async () => {
    await using poisoned = badly("a prototype");
    const { items, error } = await read(poisoned.stream({ do: "count", to: 1 }));
    expect(items).toEqual([0]);
    expect(error).toMatchObject({ code: "ERR_DECODE" });
    expect(await poisoned.call({ do: "count", to: 1 })).toBe("fine");
    expect(poisoned.stats().exits).toEqual({});
  });

  test("an item that no frame holds ends its stream, and the worker goes on", async () => {
    await using huge = open();
    const { items, error } = await read(huge.stream({ do: "swell", fromChars: 1_000_000 }));
    expect(items.map((item) => (item as string).length)).toEqual([1_000_000, 2_000_000, 4_000_000, 8_000_000]);
    expect(error).toMatchObject({ code: "ERR_ENCODE" }); // as for a response
    const barely = await read(huge.stream({ do: "swell", fromChars: 8 * 1024 * 1024 - 5 })); // it fits, but not with its frame
    expect(barely).toMatchObject({ items: [], error: { code: "ERR_TOO_LARGE" } });
    expect(await Array.fromAsync(huge.stream({ do: "count", to: 1 }))).toEqual([0]);
  });

  test("buffers cross as their bytes", async () => {
    await using pool = open();
    const items = await Array.fromAsync(pool.stream({ do: "bytes", lengths: [0, 3, 300_000] }));
    expect(items.map((item) => (item as Buffer).byteLength)).toEqual([0, 3, 300_000]);
    expect(items.every((item) => Buffer.isBuffer(item))).toBe(true);
  });
});
