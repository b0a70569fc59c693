/** A schedule that two hosts run, on one store: each of its instants is worked on once, and none is missed while no host is up. */
import { type Clock, defineJob, processor, start, systemClock } from "@job-orch/core";
import { sqlite } from "@job-orch/sqlite";
import { schedule } from "@job-orch/timers";
import { z } from "zod";

/** So that the example need not wait for the night: the machine's clock, moved. Units: milliseconds. */
let movedMs = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + movedMs };

const transport = sqlite(":memory:");
const reported: string[] = [];
const wanted = Promise.withResolvers<void>();
const report = defineJob({
  name: "report",
  request: z.object({ of: z.string() }),
  response: z.null(),
  run: ({ of }) => {
    reported.push(of);
    if (reported.length === 3) wanted.resolve();
    return null;
  },
});
const hosts = [processor(report, { transport }), processor(report, { transport })] as const;
const running = start(hosts[0]);

const progress = new Map<string, string>(); // or a Keyv over your store
const nightly = (to: (typeof hosts)[0]) =>
  schedule(
    {
      id: "nightly",
      cron: "0 3 * * *",
      misfire: { all: 7 },
      to,
      request: ({ plannedAtMs }) => ({ of: new Date(plannedAtMs).toISOString().slice(0, 10) }),
    },
    { clock, progress },
  );

movedMs = Date.parse("2026-06-01T02:59:59.500Z") - Date.now(); // just before three
const first = hosts.map(nightly);
while (reported.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
for (const one of first) await one[Symbol.asyncDispose]();

movedMs += 2 * 86_400_000; // no host is up for two nights
const second = hosts.map(nightly);
await wanted.promise;
for (const one of second) await one[Symbol.asyncDispose]();
await running.stop();

console.log(reported.toSorted().join(" "));
for (const host of hosts) await host.close();
await transport[Symbol.asyncDispose]();

// Prints:
// 2026-06-01 2026-06-02 2026-06-03
