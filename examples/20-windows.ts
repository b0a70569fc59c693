/** Orders in windows of a minute by the time they were made, summed up per shop; each is done with when its sum has been sent on. */
import { defineJob, processor, start } from "@job-orch/core";
import { events, pump, tumbling } from "@job-orch/events";
import { sqlite } from "@job-orch/sqlite";
import { z } from "zod";

const order = z.object({ shop: z.string(), cents: z.number(), at: z.string() });
type Order = z.infer<typeof order>;
const transport = sqlite(":memory:");
const accept = processor(defineJob({ name: "accept", request: order, response: order, run: (made) => made }), { transport });

const lines: string[] = [];
const reported = Promise.withResolvers<void>();
const total = z.object({ shop: z.string(), minute: z.string(), cents: z.number() });
const report = processor(
  defineJob({
    name: "report",
    request: total,
    response: z.null(),
    run: ({ shop, minute, cents }) => {
      if (lines.push(`${minute} ${shop} ${cents}`) === 3) reported.resolve();
      return null;
    },
  }),
  { transport },
);

const late: string[] = [];
const perMinute = tumbling<Order>({
  sizeMs: 60_000,
  timeOf: ({ at }) => Date.parse(`2026-06-01T${at}Z`),
  latenessMs: 10_000,
  onLate: ({ at }) => void late.push(at),
});
const totals = events(await accept.responseReceiver({ group: "totals" }))
  .map(({ result }) => {
    if (!result.ok) throw result.error;
    return result.value;
  })
  .groupBy({ key: ({ shop }) => shop, mostGroups: 1_000 }, perMinute);

const running = [start(accept), start(report)];
for (const [shop, cents, at] of [
  ["north", 500, "10:00:01"],
  ["south", 250, "10:00:20"],
  ["north", 100, "10:00:59"],
  ["north", 300, "10:01:05"],
  ["north", 200, "10:00:58"], // a little late
  ["north", 700, "10:01:30"], // by now 10:00 has closed
  ["north", 900, "10:00:57"], // too late
] as const) {
  await accept.call({ shop, cents, at });
}

const pumping = pump(totals, report, {
  request: ({ key, value }) => ({
    shop: key,
    minute: new Date(value.startMs).toISOString().slice(11, 16),
    cents: value.messages.reduce((sum, { cents }) => sum + cents, 0),
  }),
  id: ({ key, value }) => `${key}-${value.startMs}`, // the same again after a crash: the store takes it once
});
while (totals.counts.taken < 7) await new Promise((resolve) => setImmediate(resolve));
totals.finish(); // takes no more orders: what is open is handed out
await pumping;
await reported.promise;
await totals[Symbol.asyncDispose]();
for (const one of running) await one.stop();

console.log(lines.toSorted().join("\n"));
console.log(`too late: ${late.join(" ")}`);
for (const one of [accept, report]) await one.close();
await transport[Symbol.asyncDispose]();

// Prints:
// 10:00 north 800
// 10:00 south 250
// 10:01 north 1000
// too late: 10:00:57
