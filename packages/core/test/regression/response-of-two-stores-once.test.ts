import { until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { pipe, processor } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

describe("a pipeline that ends on another store than it began on", () => {
  const { own, run } = belongings();

  // The requests between two stores were collapsed when they repeated, the pipeline's own responses were not.
  it("gives its response once, also when its last link died between handing it on and letting go", async () => {
    const [left, right] = [own(memory()), own(memory())];
    let crashes = 2;
    const dying = tampered(right, {
      wrapReceiver: ({ name }, receiver) =>
        name.startsWith("pipe.")
          ? { ...receiver, settle: (settlements) => (crashes-- > 0 ? undefined : receiver.settle(settlements)) }
          : receiver,
    });
    const first = own(processor(plainJob({ name: "first", run: (n: number) => n + 1 }), { transport: left }));
    const second = own(processor(plainJob({ name: "second", run: (n: number) => n * 2 }), { transport: dying, leaseMs: 100 }));
    const chain = run(pipe(first, second));
    const responses = await chain.responseReceiver({ group: "judge" });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { id } of responses) seen.push(id);
    })();

    await chain.send(1, { id: "once" });
    await until("the last link let go", async () => crashes < 0 && (await right.depth("pipe.first-second.second")).inFlight === 0);
    await chain.send(1, { id: "after" });
    await until("both came out", () => seen.includes("after"));

    expect(seen).toEqual(["once", "after"]);
    await responses[Symbol.asyncDispose]();
    await reading;
  });
});
