import { fileURLToPath } from "node:url";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { pool } from "./support/pool.ts";

const rogue = fileURLToPath(new URL("./fixtures/rogue.worker.ts", import.meta.url));

/** Counts how workers of a pool ended. */
function watch(deeds: ReturnType<typeof pool>) {
  const exits: string[] = [];
  deeds.on("workerExited", ({ exitClass }) => exits.push(exitClass));
  return exits;
}

test("a job that blocks its event loop is not taken for dead, however long it takes", async () => {
  await using deeds = pool({ liveness: { silenceMs: 300, lostPings: 1 } });
  const exits = watch(deeds);
  expect(await deeds.call({ do: "spin", ms: 2_000, value: "answered" })).toBe("answered");
  expect(exits).toEqual([]);
});

test.runIf(process.platform === "linux")(
  "a worker that is frozen with a request in hand is found by its silence, its request is told, and another comes",
  async () => {
    await using deeds = pool({ liveness: { silenceMs: 400, lostPings: 2 } });
    const exits = watch(deeds);
    expect(await deeds.call({ do: "echo", value: "warm" })).toBe("warm");
    const stuck = deeds.sendReceive({ do: "die", how: "freeze" });
    const behind = deeds.call({ do: "echo", value: "behind" });
    expect(await stuck).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
    expect(await behind).toBe("behind");
    expect(exits).toEqual(["hung"]);
  },
);

test("one that freezes with nothing to do is replaced as well", async () => {
  await using deeds = pool({ liveness: { silenceMs: 400, lostPings: 2 } });
  const exits = watch(deeds);
  const pids: number[] = [];
  for (;;) {
    pids.push(((await deeds.call({ do: "place" })) as { readonly pid: number }).pid);
    if (pids.length > 1) break;
    process.kill(pids[0] as number, "SIGSTOP");
    await until(() => exits.length === 1);
  }
  expect(exits).toEqual(["hung"]);
  expect(pids[1]).not.toBe(pids[0]);
});

test("one that never answers a ping is taken for dead; one that does is not, however long it has nothing to say", async () => {
  const liveness = { silenceMs: 100, lostPings: 3 };
  await using mute = pool({ args: [rogue, "never pongs"], liveness });
  const mutes = watch(mute);
  await using deeds = pool({ liveness: { silenceMs: 400, lostPings: 3 } });
  const exits = watch(deeds);
  expect(await deeds.call({ do: "echo", value: 1 })).toBe(1);
  expect(await mute.call({ do: "echo", value: "fine" })).toBe("fine");
  const waited = deeds.call({ do: "wait", ms: 2_400, value: "waited" });
  expect(await mute.sendReceive({ do: "echo", value: "unanswered" })).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
  expect(mutes).toContain("hung");
  expect(await waited).toBe("waited");
  expect(exits).toEqual([]);
});

test.for([{ silenceMs: -1 }, { silenceMs: Number.NaN }, { lostPings: 0 }, { lostPings: 1.5 }])("%j is refused", (liveness) => {
  expect(() => pool({ liveness })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});
