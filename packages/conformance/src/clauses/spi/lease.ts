import { ok, strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";

/** By when the death of a process must have been noticed. Units: milliseconds. */
const DEATH_NOTICED_MS = 5_000;

export const lease: readonly Clause[] = [
  clause(
    "SPI-LSE-01",
    "a delivery that is not settled goes to another receiver after its lease, not before, as a further attempt",
    ["lease per delivery"],
    async (bench) => {
      const channel = bench.work();
      const leaseMs = 2 * bench.quietMs;
      const hung = await bench.receiver(channel, { leaseMs });
      await bench.send(channel, bench.frames(1));
      const beganMs = bench.clock.now();
      await bench.takeOne(hung);
      const again = await bench.takeOne(await bench.receiver(channel), leaseMs + bench.slowMs);
      const tookMs = bench.clock.now() - beganMs;
      ok(tookMs >= leaseMs - 2, `it went to another receiver after ${tookMs} ms, its lease being ${leaseMs} ms`);
      strictEqual(again.attempt, 2, "a loan that ran out was not counted as an attempt");
    },
  ),

  clause("SPI-LSE-02", "an extension keeps a delivery beyond its lease", ["lease per delivery"], async (bench) => {
    const channel = bench.work();
    const leaseMs = 5 * bench.quietMs; // long enough for a machine that stalls to extend it in time
    const receiver = await bench.receiver(channel, { leaseMs });
    await bench.send(channel, bench.frames(1));
    const held = await bench.takeOne(receiver);
    await bench.settle(receiver, [held], { kind: "extend", leaseMs: 100 * leaseMs });
    await bench.quiet(await bench.receiver(channel), "its lease was extended", 1.5 * leaseMs);
    const settled = await bench.settle(receiver, [held], { kind: "ack" });
    strictEqual(settled?.lost.length ?? 0, 0, "an extended loan was reported lost");
  }),

  clause("SPI-LSE-03", "an extension ends as well", ["lease per delivery"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel, { leaseMs: 100 * bench.slowMs });
    await bench.send(channel, bench.frames(1));
    await bench.settle(receiver, [await bench.takeOne(receiver)], { kind: "extend", leaseMs: bench.quietMs });
    await bench.takeOne(await bench.receiver(channel));
  }),

  clause(
    "SPI-LSE-04",
    "a settle after the lease was lost is reported lost, and ends nobody else's loan",
    ["lease per delivery"],
    async (bench) => {
      const channel = bench.work();
      const hung = await bench.receiver(channel, { leaseMs: bench.quietMs });
      await bench.send(channel, bench.frames(1));
      const old = await bench.takeOne(hung);
      const other = await bench.receiver(channel);
      const again = await bench.takeOne(other);
      const late = await bench.settle(hung, [old], { kind: "ack" });
      ok(late?.lost.includes(old), "a settle of a lost loan was not reported lost");
      await bench.retry(other, [again]);
      strictEqual((await bench.takeOne(other)).attempt, 3, "a late settle ended another receiver's loan");
    },
  ),

  clause("SPI-LSE-05", "a lost delivery does not count against maxInFlight for ever", ["lease per delivery"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel, { leaseMs: bench.quietMs, maxInFlight: 1 });
    await bench.send(channel, bench.frames(1));
    await bench.takeOne(receiver);
    strictEqual((await bench.takeOne(receiver)).attempt, 2);
  }),

  clause(
    "SPI-LSE-06",
    "what a killed process held goes to another after its lease",
    ["lease per delivery", "beyond one process"],
    async (bench) => {
      const channel = bench.work();
      await bench.send(channel, bench.frames(1));
      const holder = await bench.holder();
      await holder.hold(channel, { leaseMs: 2 * bench.quietMs, maxInFlight: 1 }, 1);
      await holder.kill();
      strictEqual((await bench.takeOne(await bench.receiver(channel))).attempt, 2);
    },
  ),

  clause("SPI-LSE-07", "what a living process holds stays with it, however long it takes", ["lease per process"], async (bench) => {
    const channel = bench.work();
    const holder = await bench.receiver(channel, { leaseMs: 1 });
    await bench.send(channel, bench.frames(1));
    const held = await bench.takeOne(holder);
    await bench.quiet(await bench.receiver(channel), "its holder lives", 3 * bench.quietMs);
    strictEqual((await bench.settle(holder, [held], { kind: "ack" }))?.lost.length ?? 0, 0, "a loan of a living process was reported lost");
  }),

  clause(
    "SPI-LSE-08",
    "what a killed process held goes to another within 5 s, as a further attempt",
    ["lease per process", "beyond one process"],
    async (bench) => {
      const channel = bench.work();
      await bench.send(channel, bench.frames(2));
      const holder = await bench.holder();
      const held = await bench.within(
        holder.hold(channel, { leaseMs: 60_000, maxInFlight: 2 }, 2),
        "another process takes two",
        2 * bench.slowMs,
      );
      await holder.kill();
      const again = await bench.take(await bench.receiver(channel), 2, DEATH_NOTICED_MS + bench.slowMs / 2);
      for (const { attempt, fence, frame } of again) {
        strictEqual(attempt, 2, "a loan that died with its holder was not counted as an attempt");
        ok(fence > (held.find(({ id }) => id === frame.id)?.fence ?? Number.POSITIVE_INFINITY), "the fence did not grow");
      }
    },
  ),

  clause(
    "SPI-LSE-09",
    "a process whose event loop is blocked is not taken for dead",
    ["lease per process", "beyond one process"],
    async (bench) => {
      const channel = bench.work();
      await bench.send(channel, bench.frames(1));
      const holder = await bench.holder();
      await bench.within(holder.hold(channel, { leaseMs: 1, maxInFlight: 1 }, 1), "another process takes one", 2 * bench.slowMs);
      await holder.block(DEATH_NOTICED_MS + 1_000);
      await bench.quiet(await bench.receiver(channel), "its holder is busy, not dead", DEATH_NOTICED_MS + 500);
    },
  ),

  clause("SPI-LSE-10", "without leases a delivery stays with its receiver until that closes", ["no lease"], async (bench) => {
    const channel = bench.work();
    const holder = await bench.receiver(channel, { leaseMs: 1 });
    await bench.send(channel, bench.frames(1));
    await bench.takeOne(holder);
    const other = await bench.receiver(channel);
    await bench.quiet(other, "its receiver is open", 2 * bench.quietMs);
    await bench.within(holder[Symbol.asyncDispose](), "a receiver closes");
    await bench.takeOne(other);
  }),

  clause(
    "SPI-LSE-11",
    "without leases what a killed process held comes again when its connection ends",
    ["no lease", "beyond one process"],
    async (bench) => {
      const channel = bench.work();
      await bench.send(channel, bench.frames(1));
      const holder = await bench.holder();
      await bench.within(holder.hold(channel, { leaseMs: 1, maxInFlight: 1 }, 1), "another process takes one", 2 * bench.slowMs);
      await holder.kill();
      await bench.takeOne(await bench.receiver(channel), DEATH_NOTICED_MS + bench.slowMs);
    },
  ),
];
