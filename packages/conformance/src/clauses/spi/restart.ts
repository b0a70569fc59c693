import { fail, ok, strictEqual } from "node:assert/strict";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import { never } from "../../never.ts";

function restart(bench: Bench): Promise<void> {
  return (bench.harness.restart ?? fail("the harness has no restart()"))();
}

export const restarting: readonly Clause[] = [
  clause(
    "SPI-REC-01",
    "a restart of the server loses nothing that was accepted, and receivers go on by themselves",
    ["network"],
    async (bench) => {
      const channel = bench.work();
      const receiver = await bench.receiver(channel);
      const sender = await bench.sender(channel);
      const came = new Set<string>();
      const accepted: string[] = [];
      const attempt = async (text: string): Promise<void> => {
        try {
          await sender.send([bench.frame(text)], never);
          accepted.push(text);
        } catch (error) {
          ok(typeof (error as { readonly code?: unknown }).code === "string", `a send failed without a code: ${String(error)}`);
        }
      };
      const before = Array.from({ length: 20 }, (_, index) => attempt(`before ${index}`));
      const bouncing = restart(bench);
      const during = Array.from({ length: 20 }, (_, index) => attempt(`during ${index}`));
      await bench.within(bouncing, "the server restarts", 10 * bench.slowMs);
      const after = Array.from({ length: 20 }, (_, index) => attempt(`after ${index}`));
      await bench.within(Promise.all([...before, ...during, ...after]), "every send ends");
      ok(
        accepted.some((text) => text.startsWith("after")),
        "no send was accepted after the restart",
      );
      const endsMs = bench.clock.now() + bench.slowMs;
      while (accepted.some((text) => !came.has(text)) && bench.clock.now() < endsMs) {
        const taken = await bench.receive(receiver, 50, bench.quietMs);
        for (const delivery of taken) came.add(bench.text(delivery));
        await bench.ack(receiver, taken);
      }
      const lost = accepted.filter((text) => !came.has(text));
      ok(lost.length === 0, `${lost.length} accepted frames were lost in a restart: ${lost.slice(0, 5).join(", ")}`);
    },
  ),

  clause("SPI-REC-02", "after a restart a broadcast receiver gets each new frame, and gets it once", ["network"], async (bench) => {
    const channel = bench.broadcast();
    const receiver = await bench.receiver(channel);
    const waiting = Promise.resolve(receiver.receive(1, never));
    await bench.within(restart(bench), "the server restarts", 10 * bench.slowMs);
    await bench.send(channel, [bench.frame("new")]);
    const [delivery] = await bench.within(waiting, "a receive that waited through a restart goes on");
    strictEqual(delivery === undefined ? undefined : bench.text(delivery), "new");
    await bench.quiet(receiver, "it was sent once");
  }),

  clause("SPI-REC-03", "a send while the server is down can be aborted", ["network"], async (bench) => {
    const sender = await bench.sender(bench.work());
    const over = new AbortController();
    const bouncing = restart(bench);
    const sending = (async () => sender.send(bench.frames(1), over.signal))().catch(() => undefined);
    over.abort();
    await bench.within(sending, "an aborted send ends although the server is down");
    await bench.within(bouncing, "the server restarts", 10 * bench.slowMs);
  }),
];
