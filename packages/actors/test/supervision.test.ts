import { job } from "@job-orch/core";
import { FakeClock } from "@job-orch/test-support";
import { describe, expect, it, vi } from "vitest";
import { type Actors, actors, type Directive } from "../src/index.ts";

interface Step {
  readonly key: string;
  readonly fail?: boolean;
}

const ask = { timeoutMs: 1_000_000 };
const stepJob = job<Step, number, { count: number }>()({
  name: "step",
  run: async ({ fail }, state) => {
    state.count++;
    if (fail === true) throw new RangeError("failed");
    return state.count;
  },
});

function supervised(onError: Directive | ((error: unknown, key: string) => Directive), clock = new FakeClock()) {
  const log: string[] = [];
  const made = actors(stepJob, {
    key: ({ key }) => key,
    activate: () => ({ count: 0 }),
    onError,
    environment: { clock, random: Math.random },
  });
  made.on("activated", ({ key }) => log.push(`activated ${key}`));
  made.on("failed", ({ key, directive }) => log.push(`${key} failed: ${directive}`));
  made.on("stopped", ({ key }) => log.push(`stopped ${key}`));
  made.on("dead", ({ key, request }) => log.push(`dead ${key} ${JSON.stringify(request)}`));
  return { made, log, clock };
}

const failOnce = (made: Actors<Step, number>, key = "a") => expect(made.ask({ key, fail: true }, ask)).rejects.toThrow("failed");

describe("an actor that throws", () => {
  it("keeps its state with resume", async () => {
    const { made, log } = supervised("resume");
    await made.ask({ key: "a" }, ask);
    await failOnce(made);
    expect(await made.ask({ key: "a" }, ask)).toBe(3);
    expect(log).toEqual(["activated a", "a failed: resume"]);
    await made.close();
  });

  it("begins again with restart, and its message is not repeated", async () => {
    const { made, log } = supervised("restart");
    await made.ask({ key: "a" }, ask);
    await failOnce(made);
    expect(await made.ask({ key: "a" }, ask)).toBe(1);
    expect(log).toEqual(["activated a", "a failed: restart", "activated a"]);
    await made.close();
  });

  it("is stopped when it restarts more than three times in a minute; what waits for it is dead", async () => {
    const { made, log, clock } = supervised("restart");
    for (let turn = 0; turn < 3; turn++) await failOnce(made);
    await clock.advance(60_000);
    for (let turn = 0; turn < 3; turn++) await failOnce(made);
    expect(await made.ask({ key: "a" }, ask)).toBe(1);
    log.length = 0;
    const results = await Promise.allSettled([
      made.ask({ key: "a", fail: true }, ask),
      made.ask({ key: "a" }, ask),
      made.tell({ key: "a", fail: false }),
    ]);
    expect(results).toMatchObject([
      { reason: { message: "failed" } },
      { reason: { code: "ERR_ACTOR_STOPPED", key: "a" } },
      { status: "fulfilled" },
    ]);
    expect(log).toEqual(["a failed: stop", "stopped a", 'dead a {"key":"a"}', 'dead a {"key":"a","fail":false}']);
    expect(made.takeDead()).toMatchObject([{ request: { key: "a" } }, { request: { key: "a", fail: false } }]);
    expect(made.takeDead()).toEqual([]);
    await expect(made.ask({ key: "a" }, ask)).rejects.toMatchObject({ code: "ERR_ACTOR_STOPPED", cause: { message: "failed" } });
    await expect(made.tell({ key: "a" })).rejects.toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect(await made.ask({ key: "b" }, ask)).toBe(1);
    expect([made.revive("a"), made.revive("a")]).toEqual([true, false]);
    expect(await made.ask({ key: "a" }, ask)).toBe(1);
    await made.close();
  });

  it("is stopped when supervision says so, or throws itself", async () => {
    const { made } = supervised((error, key) => {
      if (key === "b") throw new TypeError("supervision is broken");
      return (error as Error).message === "failed" ? "stop" : "resume";
    });
    for (const key of ["a", "b"]) {
      await failOnce(made, key);
      await expect(made.ask({ key }, ask)).rejects.toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    }
    await made.close();
  });

  it("that cannot be activated answers each message, and is stopped in the end", async () => {
    let tries = 0;
    await using made = actors(stepJob, {
      key: ({ key }) => key,
      activate: () => {
        tries++;
        throw new RangeError("no state");
      },
    });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => made.ask({ key: "a" }, ask)));
    expect(results.map((result) => (result as PromiseRejectedResult).reason.message)).toEqual([
      ...Array.from({ length: 4 }, () => "no state"),
      ...Array.from({ length: 2 }, () => expect.stringContaining("is stopped")),
    ]);
    expect(tries).toBe(4);
  });

  it("in a listener changes nothing", async () => {
    const { made } = supervised("resume");
    const off = made.on("failed", () => {
      throw new TypeError("listener");
    });
    made.on("failed", () => Promise.reject(new TypeError("listener")));
    await failOnce(made);
    off();
    expect(await made.ask({ key: "a" }, ask)).toBe(2);
    await made.close();
  });
});

describe("messages of an actor", () => {
  it("may say how far they are, and log", async () => {
    const heard: unknown[] = [];
    const talking = job<Step, string, void>()({
      name: "talk",
      run: (_request, _state, context) => {
        context.progress(0.5);
        context.log("info", "half", { by: 1 });
        return `${context.id} ${context.attempt} ${context.headers["tenant"]} ${context.signal.aborted} ${typeof context.deadline}`;
      },
    });
    await using made = actors(talking, { key: ({ key }) => key, activate: () => undefined });
    made.on("progress", ({ key, value }) => heard.push([key, value]));
    made.on("log", ({ level, message, fields }) => heard.push([level, message, fields]));
    expect(await made.ask({ key: "a" }, { timeoutMs: 1_000, id: "one", headers: { tenant: "blue" } })).toBe("one 1 blue false number");
    expect(heard).toEqual([
      ["a", 0.5],
      ["info", "half", { by: 1 }],
    ]);
    await vi.waitUntil(() => made.size() === 1, 15_000);
  });
});
