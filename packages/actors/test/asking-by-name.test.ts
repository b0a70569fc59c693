import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { job, type RunContext } from "@job-orch/core";
import { describe, expect, it, vi } from "vitest";
import { actors, actorsNamed, localHost, placedActors } from "../src/index.ts";
import { type Hop, hopsJob } from "./fixtures/hops.ts";
import { askingWorld as world } from "./support/asking-world.ts";
import { gate } from "./support/gate.ts";

const key = ({ to }: Hop): string => to;
const ask = { timeoutMs: 20_000 };

describe.each(["threads", "processes"] as const)("actors on %s that ask others", (kind) => {
  it("get their answers, also when a worker runs one at a time", async () => {
    await using on = await world(kind);
    expect(await on.placed.ask({ to: "a", via: ["b", "c", "d", "e", "f", "g", "h"] }, ask)).toBe("a b c d e f g h");
    expect(new Set(await Promise.all(["a", "b", "c", "d"].map((to) => on.placed.ask({ to, via: ["where"] }, ask)))).size).toBe(2);
    const many = Array.from({ length: 40 }, (_, at) => `x${at}`);
    expect(await Promise.all(many.map((to) => on.placed.ask({ to, via: [`y${to}`, `z${to}`] }, ask)))).toEqual(
      many.map((to) => `${to} y${to} z${to}`),
    );
  });

  it("ask others elsewhere, which ask them again", async () => {
    await using on = await world(kind);
    expect(await on.placed.ask({ to: "a", via: ["elsewhere:x", "b", "elsewhere:y"] }, ask)).toBe("a x b (y)");
  });

  it("hear of a deadlock at once, with the way it goes", async () => {
    await using on = await world(kind);
    await expect(on.placed.ask({ to: "a", via: ["a"] }, ask)).rejects.toMatchObject({ code: "ERR_DEADLOCK", chain: ["a", "a"] });
    await expect(on.placed.ask({ to: "a", via: ["b", "elsewhere:x", "c", "a"] }, ask)).rejects.toMatchObject({
      code: "ERR_DEADLOCK",
      retry: "never",
      chain: ["a", "b", "x", "c", "a"],
    });
    expect(await on.placed.ask({ to: "a", via: ["b", "c"] }, ask)).toBe("a b c");
  });

  it("several at once, the first of several, and some without waiting", async () => {
    const { passed, open } = gate();
    await using on = await world(kind, { passed });
    expect(await on.placed.ask({ to: "a", via: ["b", "elsewhere:x", "c"], how: "asks-all" }, ask)).toBe("a b (x) c");
    expect(await on.placed.ask({ to: "a", via: ["elsewhere:slow", "b"], how: "races" }, ask)).toBe("a b");
    expect(await on.placed.ask({ to: "a", via: ["b", "c", "b"], how: "tells" }, ask)).toBe("a told");
    expect(await on.placed.ask({ to: "b", via: ["visits"] }, ask)).toBe("5"); // asked twice, told twice, and this
    expect(await on.placed.ask({ to: "a", via: ["elsewhere:z"], how: "asks-and-ends" }, ask)).toBe("a at once");
    await expect.poll(() => on.asked).toContain("z");
    open();
    expect(await on.placed.ask({ to: "a", via: ["elsewhere:slow", "b"], how: "asks-later" }, ask)).toBe("a (slow) b");
    expect(on.pool.stats().pending).toBe(0);
  });

  it("wait no longer than they said", async () => {
    await using on = await world(kind);
    await expect(on.placed.ask({ to: "a", via: ["elsewhere:never"], timeoutMs: 30 }, ask)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    expect(await on.placed.ask({ to: "a" }, ask)).toBe("a");
  });

  it("hear what cannot be asked", async () => {
    await using on = await world(kind);
    await expect(on.placed.ask({ to: "a", via: ["nobody:b"] }, ask)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await expect(on.placed.ask({ to: "a", via: ["toString:b"] }, ask)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await expect(on.placed.ask({ to: "a", how: "carries" }, ask)).rejects.toMatchObject({ code: "ERR_ENCODE" });
    await expect(on.placed.ask({ to: "a", via: ["b"], timeoutMs: Number.NaN }, ask)).rejects.toMatchObject({ code: "ERR_OPTION" });
    expect(await on.placed.ask({ to: "a", via: ["b"] }, ask)).toBe("a b");
  });

  it("are lost with a worker that ends while they wait, and what is behind them is not", async () => {
    const { passed, open } = gate();
    await using on = await world(kind, { passed });
    const waits = on.placed.ask({ to: "a", via: ["elsewhere:slow"], dies: true }, ask);
    const behind = on.placed.ask({ to: "a" }, ask);
    await expect(waits).rejects.toMatchObject({ code: "ERR_HOST_LOST", retry: "unknown" });
    expect(await behind).toBe("a");
    open();
  });

  it("begin again elsewhere when they are to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "actors-"));
    const { passed, open } = gate();
    try {
      await using on = await world(kind, { crash: "retry", passed });
      const died = new Promise((resolve) => on.pool.on("workerExited", resolve));
      const waits = on.placed.ask({ to: "a", via: ["elsewhere:slow"], dies: join(folder, "died") }, ask);
      await died;
      open();
      expect(await waits).toBe("a (slow)");
      expect(on.asked).toEqual(["slow", "slow"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("do not wait for ever for a worker that was replaced meanwhile", async () => {
    const { passed, open } = gate();
    await using on = await world(kind, { passed, pool: { recycle: { requests: 30 } } });
    const exits: string[] = [];
    on.pool.on("workerExited", ({ exitClass }) => exits.push(exitClass));
    const waits = on.placed.ask({ to: "a", via: ["elsewhere:slow"] }, ask);
    waits.catch(() => undefined);
    await expect.poll(() => on.asked).toEqual(["slow"]);
    const many = Array.from({ length: 20 }, (_, at) => `x${at}`);
    while (exits.length < 2) expect(await Promise.all(many.map((to) => on.placed.ask({ to }, ask)))).toEqual(many);
    open();
    await expect(waits).rejects.toMatchObject({ code: "ERR_HOST_LOST" });
    expect(new Set(exits)).toEqual(new Set(["recycled"]));
    expect(await on.placed.ask({ to: "a", via: ["b"] }, ask)).toBe("a b");
  });
});

describe("asking by name", () => {
  it("in a worker is for messages that begin after the name was made", async () => {
    vi.resetModules(); // nobody has made one in there
    const fresh = await import("../src/index.ts");
    const late = job<{ readonly to: string }, number, void>()({
      name: "late",
      run: ({ to }) => fresh.actorsNamed<{ readonly to: string }, number>("late").ask({ to }, ask),
    });
    const { run } = fresh.actorsJob(late, { activate: () => undefined, passivate: () => undefined });
    const send = (begin: object): unknown =>
      run({ do: "run", key: "a", epoch: 1, request: { to: "b" }, keep: false, ...begin }, undefined, context());
    expect(await send({ begin: {} })).toMatchObject({
      error: { code: "ERR_UNSUPPORTED", message: expect.stringContaining("where its module is loaded") },
    });
    const waits = (await send({})) as { readonly waits: string };
    expect(waits).toMatchObject({ asks: [{ n: 1, to: "late" }] });
    const resumed = await run({ do: "resume", key: "a", ticket: waits.waits, answers: [{ n: 1 }] }, undefined, context());
    expect(resumed).toMatchObject({ response: undefined });
  });

  it("works in this thread as in a worker", async () => {
    await using made = actors(hopsJob, { key, activate: () => ({ visits: 0 }) });
    expect(await made.ask({ to: "a", via: ["b", "c"] }, ask)).toBe("a b c");
    await expect(made.ask({ to: "a", via: ["b", "a"] }, ask)).rejects.toMatchObject({ code: "ERR_DEADLOCK", chain: ["a", "b", "a"] });
    await expect(made.ask({ to: "a", via: ["elsewhere:b"] }, ask)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
  });

  it("goes over the placement when hosts are in this thread", async () => {
    const placed = placedActors<Hop, string>({ key });
    const hosts = ["one", "two"].map((id) => localHost(id, hopsJob, { key, activate: () => ({ visits: 0 }), asks: { hops: placed } }));
    for (const host of hosts) await placed.join(host);
    expect(await placed.ask({ to: "a", via: ["b", "c", "d"] }, ask)).toBe("a b c d");
    await expect(placed.ask({ to: "a", via: ["b", "c", "a"] }, ask)).rejects.toMatchObject({ code: "ERR_DEADLOCK" });
    await placed.close();
    for (const host of hosts) await host.close();
  });

  it("is for the jobs of actors", async () => {
    await expect(actorsNamed<Hop, string>("hops").ask({ to: "a" }, ask)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await expect(actorsNamed<Hop, string>("hops").tell({ to: "a" })).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect(() => actors(hopsJob, { key, activate: () => ({ visits: 0 }), asks: { other: {} as never } })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  });
});

/** As of a request that a worker got. */
function context(): RunContext {
  const { signal } = new AbortController();
  return { id: "1", attempt: 1, fence: 1, headers: {}, deadline: undefined, signal, progress: () => undefined, log: () => undefined };
}
