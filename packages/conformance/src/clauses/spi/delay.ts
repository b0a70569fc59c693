import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";

const DAY_MS = 86_400_000;
/** How early a due time in whole milliseconds may look. */
const ROUNDING_MS = 2;

export const delay: readonly Clause[] = [
  clause("SPI-DLY-01", "a delayed frame is not delivered before it is due, and then soon", ["delay"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const dueMs = bench.clock.now() + 2 * bench.quietMs;
    await bench.send(channel, [bench.frame("late", { options: { dueMs } })]);
    await bench.takeOne(receiver, 2 * bench.quietMs + bench.slowMs);
    const earlyMs = dueMs - bench.clock.now();
    ok(earlyMs <= ROUNDING_MS, `it was delivered ${earlyMs} ms before it was due`);
  }),

  clause(
    "SPI-DLY-02",
    "a delayed frame is still delayed, and still there, after everything was closed",
    ["delay", "durable"],
    async (bench) => {
      const channel = bench.work();
      const dueMs = bench.clock.now() + 4 * bench.quietMs;
      await bench.send(channel, [bench.frame("late", { options: { dueMs } })]);
      const receiver = await bench.receiver(channel, {}, await bench.reopen());
      await bench.takeOne(receiver, 4 * bench.quietMs + bench.slowMs);
      const earlyMs = dueMs - bench.clock.now();
      ok(earlyMs <= ROUNDING_MS, `it was delivered ${earlyMs} ms before it was due`);
    },
  ),

  clause("SPI-DLY-03", "a delayed frame holds up none that is not, whatever the order they were sent in", ["delay"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const sentMs = bench.clock.now();
    const dueMs: Readonly<Record<string, number>> = { first: 0, second: sentMs + bench.quietMs, third: sentMs + 3 * bench.quietMs };
    await bench.send(
      channel,
      ["third", "second", "first"].map((text) => bench.frame(text, text === "first" ? {} : { options: { dueMs: dueMs[text] } })),
    );
    const came: string[] = [];
    for (let count = 0; count < 3; count++) {
      const text = bench.text(await bench.takeOne(receiver, 3 * bench.quietMs + bench.slowMs));
      const nowMs = bench.clock.now();
      ok(nowMs >= (dueMs[text] ?? 0) - ROUNDING_MS, `"${text}" was delivered before it was due`);
      const held = Object.keys(dueMs).filter(
        (other) => other !== text && !came.includes(other) && (dueMs[other] ?? 0) < (dueMs[text] ?? 0) - bench.quietMs,
      );
      deepStrictEqual(held, [], `what was due long before "${text}" came after it`);
      came.push(text);
    }
  }),

  clause("SPI-DLY-04", "a retry is not delivered before its delay is over", ["delay"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    const beganMs = bench.clock.now();
    await bench.retry(receiver, [delivery], 2 * bench.quietMs);
    const again = await bench.takeOne(receiver, 2 * bench.quietMs + bench.slowMs);
    const tookMs = bench.clock.now() - beganMs;
    ok(tookMs >= 2 * bench.quietMs - ROUNDING_MS, `it came again after ${tookMs} ms, its delay being ${2 * bench.quietMs} ms`);
    strictEqual(again.attempt, 2);
  }),

  clause(
    "SPI-DLY-05",
    "a frame that is due in 30 days is accepted, or refused with a code, and not delivered now",
    ["delay"],
    async (bench) => {
      const channel = bench.work();
      const receiver = await bench.receiver(channel);
      const frame = bench.frame("far", { options: { dueMs: bench.clock.now() + 30 * DAY_MS } });
      try {
        await bench.send(channel, [frame]);
      } catch (error) {
        ok((error as { readonly code?: unknown }).code === "ERR_OPTION", `refused with ${String(error)}`);
      }
      await bench.quiet(receiver, "it is due in 30 days");
    },
  ),

  clause("SPI-DLY-06", "a frame whose time has passed is delivered at once", ["delay"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [
      bench.frame("past", { options: { dueMs: bench.clock.now() - DAY_MS } }),
      bench.frame("zero", { options: { dueMs: 0 } }),
    ]);
    await bench.take(await bench.receiver(channel), 2);
  }),
];
