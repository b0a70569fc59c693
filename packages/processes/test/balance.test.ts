import { expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { pool } from "./support/pool.ts";

const LONG_MS = 3_000;

/** Two workers with deep windows; one gets a long job and, behind it, many that could run elsewhere. */
async function skewed(options: Parameters<typeof pool>[0] = {}) {
  const deeds = pool({ size: 2, targetMs: 1_000, maxWindow: 64, ...options });
  const running = deeds.run();
  // Both are up and known to be fast.
  for (let at = 0; at < 40; at++) await Promise.all([0, 1].map((lane) => deeds.call({ do: "echo", value: at }, { lane })));
  const order: string[] = [];
  const note = (name: string) => (value: unknown) => {
    order.push(name);
    return value;
  };
  const long = deeds.call({ do: "wait", ms: LONG_MS, value: "long" }).then(note("long"));
  const short = Array.from({ length: 20 }, (_, value) => deeds.call({ do: "wait", ms: 2, value }).then(note("short")));
  return { deeds, running, order, long, short };
}

test("what waits behind a long job goes to a worker that has nothing to do", async () => {
  const { deeds, running, order, long, short } = await skewed();
  const moves: { readonly from: number; readonly to: number; readonly count: number }[] = [];
  deeds.on("stolen", ({ from, to, count }) => moves.push({ from, to, count }));
  try {
    expect(await Promise.all(short)).toEqual(Array.from({ length: 20 }, (_, value) => value));
    expect(await long).toBe("long");
    expect(order.at(-1)).toBe("long");
    expect(deeds.stats().stolen).toBeGreaterThan(0);
    expect(moves.every(({ from, to }) => from !== to)).toBe(true);
    expect(deeds.stats()).toMatchObject({ waiting: 0, pending: 0 });
    // Nobody is given less from then on.
    const again = Array.from({ length: 200 }, (_, value) => deeds.call({ do: "echo", value }));
    expect(await Promise.all(again)).toEqual(Array.from({ length: 200 }, (_, value) => value));
  } finally {
    await deeds.close();
    await running;
  }
});

test.for([
  ["steal: false", { steal: false }],
  ["a worker that cannot", { args: [fileURLToPath(new URL("./fixtures/plain-json.worker.ts", import.meta.url))] }],
] as const)("nothing is asked back with %s", async ([, options]) => {
  await using deeds = pool({ size: 2, ...options });
  await Promise.all(Array.from({ length: 64 }, () => deeds.call({ do: "echo", value: 1 })));
  expect(deeds.stats().stolen).toBe(0);
});

test("a lane stays with its worker and in order, whoever has nothing to do", async () => {
  await using deeds = pool({ size: 2, targetMs: 1_000, maxWindow: 64 });
  await Promise.all([0, 1].map((lane) => deeds.call({ do: "echo", value: lane }, { lane })));
  const order: number[] = [];
  const calls = Array.from({ length: 12 }, (_, at) =>
    deeds.call({ do: "wait", ms: at === 0 ? 200 : 1, value: at }, { lane: 0 }).then(() => order.push(at)),
  );
  await Promise.all(calls);
  expect(order).toEqual(Array.from({ length: 12 }, (_, at) => at));
});
