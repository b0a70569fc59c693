import { until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { batch, merge, pipe, processor, type Receiver } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const increment = <const Name extends string>(name: Name) => plainJob({ name, run: (value: number) => value + 1 });

// The store that takes a hand-off drops the repeat of one. It took these for repeats, and what they carried was lost.
describe("what is handed on", () => {
  const { own, run } = belongings();

  function twoStores() {
    const [here, there] = [own(memory()), own(memory())];
    const shared = own(processor(increment("shared"), { transport: there }));
    const first = own(processor(increment("first"), { transport: here }));
    const second = own(processor(increment("second"), { transport: here }));
    return { shared, first, second };
  }

  it("comes twice to a stage that stands twice in its pipeline, on another store", async () => {
    const { shared, first, second } = twoStores();
    const chain = run(pipe(first, shared, second, shared));

    expect(await chain.sendReceive(1, { timeoutMs: 5_000 })).toEqual({ ok: true, value: 5 });
  });

  it("comes from each of two pipelines with a stage on another store in common, whatever the ids", async () => {
    const { shared, first, second } = twoStores();
    const [one, two] = [run(pipe(first, shared)), run(pipe(second, shared))];

    expect(await one.sendReceive(1, { id: "order-1", timeoutMs: 5_000 })).toEqual({ ok: true, value: 3 });
    expect(await two.sendReceive(1, { id: "order-1", timeoutMs: 5_000 })).toEqual({ ok: true, value: 3 });
  });

  it("comes from each of the sources that are merged, whatever the ids", async () => {
    const { shared, first, second } = twoStores();
    let runs = 0;
    shared.on("succeeded", () => runs++);
    run(pipe(merge(first, second), shared));
    run(first);
    run(second);

    await first.send(1, { id: "order-1" });
    await second.send(10, { id: "order-1" });

    await until("both have run there", () => runs === 2);
  });

  it("comes also in a batch that begins with a parent of another one of the same size", async () => {
    let crashes = 1;
    const transport = tampered(own(memory()), {
      wrapReceiver: ({ name }, receiver): Receiver => {
        if (name !== "pipe.gather.first") return receiver;
        // Its first batch is sent, and two of its parents are let go; then the third one's loan runs out.
        const lapsed = { kind: "retry", delayMs: 0, charge: false } as const;
        return {
          ...receiver,
          settle: (settlements) =>
            receiver.settle(
              settlements.length === 3 && crashes-- > 0
                ? settlements.map((one, place) => (place === 0 ? { ...one, outcome: lapsed } : one))
                : settlements,
            ),
        };
      },
    });
    const batches: (readonly number[])[] = [];
    const first = own(processor(increment("first"), { transport }));
    const list = plainJob({ name: "list", run: (values: readonly number[]) => void batches.push(values) });
    const chain = run(pipe(first, batch({ max: 3, lingerMs: 10_000 }), own(processor(list, { transport }))).named("gather"));
    await Promise.all([1, 2, 3].map((value) => chain.call(value)));

    const others = await Promise.all([4, 5].map((value) => chain.sendReceive(value, { timeoutMs: 5_000 })));

    expect(others.every(({ ok }) => ok)).toBe(true);
    expect(batches).toEqual([
      [2, 3, 4],
      [2, 5, 6],
    ]);
  });
});
