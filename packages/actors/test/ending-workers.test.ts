import { job } from "@job-orch/core";
import { hostJob, inlineFactory, Pool, type WorkerFactory } from "@job-orch/link";
import { describe, expect, it } from "vitest";
import { type ActorAnswer, actorsJob, actorsNamed, placedActors, poolHosts } from "../src/index.ts";
import { gate } from "./support/gate.ts";

interface Note {
  readonly to: string;
  /** Whom it asks. */
  readonly via?: string;
}

const key = ({ to }: Note): string => to;
const ask = { timeoutMs: 5_000 };
const notes = actorsNamed<Note, string>("notes");

/**
 * Actors in one worker, whose last words and whose end the host hears in one go: a thread that ends with something unread does
 * that now and then. `isLast`: with which answer the first worker ends.
 */
async function endingWorld(isLast: (answer: Partial<ActorAnswer<string>>) => boolean) {
  const { passed, open: letGo } = gate();
  const over = passed.then(() => "nobody");
  const makeJob = () => {
    const own = job<Note, string, void>()({
      name: "notes",
      // In this thread what an ended worker was at goes on, until it is let go.
      run: async ({ to, via }) => (via === undefined ? to : `${to} ${await Promise.race([notes.ask({ to: via }, ask), over])}`),
    });
    return actorsJob(own, { activate: () => undefined, passivate: () => undefined });
  };
  const factory: WorkerFactory = {
    kind: "ending",
    shares: true,
    start: (start, events) =>
      inlineFactory([makeJob()]).start(start, {
        ...events,
        onBatch: (batch) => {
          events.onBatch(batch);
          const answers = batch.filter((said): said is object => typeof said === "object" && said !== null);
          if (start.incarnation === 1 && answers.some(isLast)) events.onDown({ code: 7 });
        },
      }),
  };
  const pool = hostJob(makeJob(), new Pool({ name: "notes", options: { size: 1, concurrency: 4 }, factory }), () => undefined, true);
  const exits: string[] = [];
  pool.on("workerExited", ({ exitClass }) => exits.push(exitClass));
  const placed = placedActors<Note, string>({ key });
  const hosts = poolHosts(pool, { key, places: 1, snapshots: new Map() });
  await hosts.joinTo(placed);
  return {
    placed,
    exits,
    [Symbol.asyncDispose]: async () => {
      letGo();
      await hosts.close();
      await placed.close();
      await pool.close();
    },
  };
}

describe("what a worker says just before it ends", () => {
  it("that a message waits for others of the same worker: it is lost at once, and they go on in the next one", async () => {
    await using on = await endingWorld(({ waits }) => waits !== undefined);
    const behind = on.placed.ask({ to: "b" }, ask);
    await expect(on.placed.ask({ to: "a", via: "b" }, ask)).rejects.toMatchObject({ code: "ERR_HOST_LOST", retry: "unknown" });
    expect(on.exits).toEqual(["crash"]);
    expect([await behind, await on.placed.ask({ to: "a", via: "b" }, ask)]).toEqual(["b", "a b"]);
  });

  it("how a message ended that had asked others: that is its end", async () => {
    await using on = await endingWorld(({ response }) => response === "a b");
    expect(await on.placed.ask({ to: "a", via: "b" }, ask)).toBe("a b");
    expect(on.exits).toEqual(["crash"]);
    expect(await on.placed.ask({ to: "a" }, ask)).toBe("a");
  });
});
