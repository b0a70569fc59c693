/** A running job sees its cancellation; a call never waits longer than it said. */
import { job, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { setTimeout as wait } from "node:timers/promises";

const dig = processor(
  job<{ depth: number }, string>()({
    name: "dig",
    run: async ({ depth }, _resources, { signal }) => {
      await wait(depth * 1000, undefined, { signal });
      return "water";
    },
  }),
  { transport: memory(), concurrency: 2 },
);
const running = start(dig);

const begun = new Promise<void>((resolve) => void dig.on("started", () => resolve()));
const digging = dig.sendReceive({ depth: 60 }, { id: "well" });
await begun;
console.log(await dig.cancel("well"));
const cancelled = await digging;
console.log(cancelled.ok ? cancelled.value : cancelled.error.message);

const late = await dig.sendReceive({ depth: 60 }, { timeoutMs: 50 });
console.log(late.ok ? late.value : late.error.name);

await running.stop();
await dig.close();

// Prints:
// requested
// Request "well" was cancelled
// DeadlineError
