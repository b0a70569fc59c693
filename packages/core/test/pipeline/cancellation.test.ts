import { until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { batch, fanOut, flatMap, pipe, processor } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { wires } from "../support/wires.ts";

/** A job that runs until it is told to stop, except for requests that begin with "quick". */
function endless(name: string) {
  const running = new Set<string>();
  const job = plainJob({
    name,
    run: (text: string, _resources, { id, signal }) =>
      text.startsWith("quick")
        ? text
        : new Promise<string>((_resolve, reject) => {
            running.add(id);
            signal.addEventListener("abort", () => {
              running.delete(id);
              reject(signal.reason as Error);
            });
          }),
  });
  return { job, running };
}

const split = plainJob({ name: "split", run: (text: string) => text.split(" ") });
const words = flatMap((list: readonly string[]) => list);

describe.each(wires)("cancelling a pipeline's request on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("reaches the parts of flatMap: those that run, those that wait for a slot, and nobody else's", async () => {
    const transport = own(open());
    const { job, running } = endless("work");
    const worker = own(processor(job, { transport, concurrency: 2 }));
    const chain = run(pipe(own(processor(split, { transport })), words, worker));
    const ends: string[] = [];
    worker.on("cancelled", ({ id }) => void ends.push(id));
    const responses = own(await chain.responseReceiver());
    await chain.send("a b c d", { id: "many" });
    await until("two parts run", () => running.size === 2);
    await chain.send("quick", { id: "other" });

    expect(await chain.cancel("many")).toBe("requested");

    await until("all parts are cancelled", () => ends.length === 4);
    expect(ends.toSorted()).toEqual(["many.0", "many.1", "many.2", "many.3"]);
    const answers = new Map<string, unknown>();
    while (answers.size < 5) {
      const { id, result } = await responses.receive();
      answers.set(id, result.ok ? result.value : (result.error as { readonly code?: string }).code);
    }
    expect(Object.fromEntries(answers)).toEqual({
      "many.0": "ERR_CANCELLED", "many.1": "ERR_CANCELLED", "many.2": "ERR_CANCELLED", "many.3": "ERR_CANCELLED", "other.0": "quick",
    }); // prettier-ignore
  });

  it("reaches parts of parts, over fanOut, in every branch", async () => {
    const transport = own(open());
    const [left, right] = [endless("left"), endless("right")];
    const branches = fanOut([
      own(processor(left.job, { transport, concurrency: 4 })),
      own(processor(right.job, { transport, concurrency: 4 })),
    ]);
    const chain = run(pipe(own(processor(split, { transport })), words, branches));
    await chain.send("a b", { id: "root" });
    await until("all parts run", () => left.running.size === 2 && right.running.size === 2);
    expect([...left.running, ...right.running].toSorted()).toEqual(["root.0.0", "root.0.1", "root.1.0", "root.1.1"]);

    await chain.cancel("root");

    await until("nothing runs", () => left.running.size + right.running.size === 0);
  });

  it("reaches a part that waits for its next attempt in the loop", async () => {
    const transport = tampered(own(open()), { capabilities: { delay: false } });
    let attempts = 0;
    const failing = plainJob({
      name: "failing",
      run: (_: string): string => {
        attempts++;
        throw new Error("not yet");
      },
    });
    const worker = own(processor(failing, { transport, retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 60_000 } } }));
    const chain = run(pipe(own(processor(split, { transport })), words, worker));
    let retried = 0;
    const cancelled: string[] = [];
    worker.on("failed", () => void retried++);
    worker.on("cancelled", ({ id }) => void cancelled.push(id));
    await chain.send("a b", { id: "root" });
    await until("both wait", () => retried === 2);

    await chain.cancel("root");

    await until("both are cancelled", () => cancelled.length === 2);
    expect(attempts).toBe(2);
  });

  it("reaches a batch that is all its own, and not one that it shares", async () => {
    const transport = own(open());
    const { job, running } = endless("join");
    const join = plainJob({
      name: "join",
      run: (list: readonly string[], resources, context) => job.run(list.join("+"), resources, context),
    });
    const joiner = own(processor(join, { transport, concurrency: 4 }));
    const chain = run(pipe(own(processor(split, { transport })), words, batch({ max: 2, lingerMs: 60_000 }), joiner));
    await chain.send("a b", { id: "alone" });
    await until("its batch runs", () => running.size === 1);
    await chain.send("c", { id: "one" });
    await chain.send("d", { id: "other" });
    await until("the shared batch runs", () => running.size === 2);

    await chain.cancel("one");
    await chain.cancel("alone");

    await until("one of them ends", () => running.size === 1);
    expect([...running]).toEqual([expect.stringMatching(/^(one|other)\.0~2-[0-9a-f]{12}$/)]);
  });

  it("an id that was cancelled costs the next request with it at most, not those after it", async () => {
    const transport = own(open());
    const { job, running } = endless("work");
    const chain = run(
      pipe(own(processor(plainJob({ name: "pass", run: (text: string) => text }), { transport })), own(processor(job, { transport }))),
    );
    const first = chain.sendReceive("long", { id: "again" });
    await until("it runs", () => running.size === 1);
    await chain.cancel("again");
    expect(await first).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    await chain.sendReceive("quick", { id: "another" });

    const results = [await chain.sendReceive("quick", { id: "again" }), await chain.sendReceive("quick", { id: "again" })];

    expect(results.at(-1)).toMatchObject({ ok: true, value: "quick" });
  });
});
