import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type HostedProcessor, map, type Receiver, type Sender, type Transport } from "@job-orch/core";
import { altered } from "../../altered.ts";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import { ReferenceStore } from "../../reference/store.ts";
import { ReferenceTransport } from "../../reference/transport.ts";
import { type AnyProcessor, failureOf, host, processorOf, run } from "./host.ts";

type Numbers = HostedProcessor<number, number>;

/** What these clauses need of a pipeline. */
interface Chain {
  readonly call: (
    request: number,
    options?: { readonly headers?: Record<string, string>; readonly timeoutMs?: number },
  ) => Promise<unknown>;
  readonly send: (request: number) => Promise<string>;
}

/** A pipeline of its own, running, its stages as well. */
function chain(bench: Bench, ...stages: readonly unknown[]): Chain {
  const pipe = bench.core.pipe as unknown as (...parts: readonly unknown[]) => { readonly named: (name: string) => AnyProcessor };
  return run(bench, bench.keep(pipe(...stages).named(bench.name("chain")))) as unknown as Chain;
}

const plus = (count: number) => (request: unknown) => (request as number) + count;

function stage(bench: Bench, work: (request: number) => unknown): Numbers {
  return processorOf(bench, { run: (request) => work(request as number) }) as unknown as Numbers;
}

export const chains: readonly Clause[] = [
  clause(
    "API-CHN-01",
    "the responses of each stage are the requests of the next, and the last one's answers the caller",
    [],
    async (bench) => {
      const made = chain(
        bench,
        stage(bench, plus(1)),
        map((value: number) => value * 10),
        stage(bench, plus(2)),
        stage(bench, plus(3)),
      );
      strictEqual(await bench.within(made.call(1), "a pipeline's call is answered"), 25);
      const calls = Array.from({ length: 20 }, (_, index) => made.call(index));
      deepStrictEqual(
        await bench.within(Promise.all(calls), "all calls are answered"),
        calls.map((_, index) => (index + 1) * 10 + 5),
      );
    },
  ),

  clause("API-CHN-02", "an error of a stage answers the pipeline's caller, and later stages do not run", [], async (bench) => {
    let later = 0;
    const failing = stage(bench, () => {
      throw new RangeError("in the middle");
    });
    const made = chain(
      bench,
      stage(bench, plus(1)),
      failing,
      stage(bench, () => ++later),
    );
    const error = await failureOf(bench, made.call(1));
    ok(error instanceof RangeError && error.message === "in the middle", `the caller got ${String(error)}`);
    strictEqual(later, 0, "a later stage ran all the same");
  }),

  clause("API-CHN-03", "a step between stages that throws answers the caller too, and nothing gets stuck", [], async (bench) => {
    const broken = map((value: number) => {
      if (value === 2) throw new RangeError("in a step");
      return value;
    });
    const made = chain(bench, stage(bench, plus(1)), broken, stage(bench, plus(1)));
    const error = await failureOf(bench, made.call(1));
    ok(error instanceof RangeError, `the caller got ${String(error)}`);
    strictEqual(await bench.within(made.call(5), "a pipeline's call is answered"), 7);
  }),

  clause("API-CHN-04", "a hand-off to a stage that does not run yet is kept for it", [], async (bench) => {
    const ran: unknown[] = [];
    const late = processorOf(bench, { run: (request) => (ran.push(request), request) });
    const first = host(bench, { run: plus(1) });
    const forward = bench.core.pipe(first as unknown as Numbers, late as unknown as Numbers) as unknown as {
      readonly named: (name: string) => AnyProcessor;
    };
    const named = bench.keep(forward.named(bench.name("chain")));
    await first.stop(); // the pipeline runs its stages itself
    const running = run(bench, named);
    await bench.within(running.send(1), "a send is accepted");
    await bench.until(() => ran.length === 1, "the hand-off arrives");
    deepStrictEqual(ran, [2]);
  }),

  clause("API-CHN-05", "the caller's headers travel through every stage", [], async (bench) => {
    const seen: (string | undefined)[] = [];
    const looking = (): Numbers =>
      processorOf(bench, { run: (request, _resources, { headers }) => (seen.push(headers["traceparent"]), request) }) as unknown as Numbers;
    const made = chain(
      bench,
      looking(),
      map((value: number) => value),
      looking(),
    );
    await bench.within(made.call(1, { headers: { traceparent: "00-abc" } }), "a pipeline's call is answered");
    deepStrictEqual(seen, ["00-abc", "00-abc"], "the headers were lost on the way");
  }),

  clause("API-CHN-06", "a chain goes from this transport to another, and from another to this", [], async (bench) => {
    const elsewhere = await other(bench);
    const there = (count: number): AnyProcessor => processorOf(bench, { run: plus(count), transport: elsewhere });
    const to = chain(
      bench,
      stage(bench, plus(1)),
      map((value: number) => value * 10),
      there(2),
    );
    strictEqual(await bench.within(to.call(1), "a call to another transport is answered"), 22);
    const back = chain(bench, there(1), stage(bench, plus(2)), there(3));
    strictEqual(await bench.within(back.call(1), "a call from another transport and back is answered"), 7);
  }),

  clause("API-CHN-07", "a response is let go only when the next stage's transport has accepted what comes of it", [], async (bench) => {
    const log: string[] = [];
    const upstream = logging(bench, bench.transport, { acked: (channel) => void (channel.startsWith("pipe.") && log.push("let go")) });
    const downstream = logging(bench, await other(bench), {
      accepted: (channel) => void (channel.startsWith("last") && log.push("accepted")),
    });
    const made = chain(
      bench,
      processorOf(bench, { run: plus(1), transport: upstream }),
      processorOf(bench, { run: plus(1), transport: downstream, name: bench.name("last") }),
    );
    await bench.within(made.send(1), "a send is accepted");
    await bench.until(() => log.includes("let go"), "the response is let go");
    deepStrictEqual(log, ["accepted", "let go"], "the response was let go before the next stage had it");
  }),
];

/** A transport of another kind beside the one that is tried. */
async function other(bench: Bench): Promise<Transport> {
  return bench.keep(new ReferenceTransport(new ReferenceStore({ clock: bench.clock })));
}

/** Tells what a transport accepts, some time after it has, and what is acked through it. */
function logging(
  bench: Bench,
  transport: Transport,
  told: { readonly accepted?: (channel: string) => void; readonly acked?: (channel: string) => void },
): Transport {
  return altered(transport, {
    sender: async (channel, signal) => {
      const sender = await transport.sender(channel, signal);
      const send: Sender["send"] = async (frames, own) => {
        await sender.send(frames, own);
        await bench.pause(bench.quietMs / 4);
        told.accepted?.(channel.name);
      };
      return altered(sender, { send });
    },
    receiver: async (channel, options, signal) => {
      const receiver = await transport.receiver(channel, options, signal);
      const settle: Receiver["settle"] = (settlements) => {
        for (const { outcome } of settlements) if (outcome.kind === "ack") told.acked?.(channel.name);
        return receiver.settle(settlements);
      };
      return altered(receiver, { settle });
    },
  });
}
