/** Failing attempts are tried again with a backoff; what cannot succeed becomes a dead letter, and can be driven again. */
import { defineJob, processor, start } from "@job-orch/core";
import { sqlite } from "@job-orch/sqlite";
import { z } from "zod";

let shopIsOpen = false;

const buy = defineJob({
  name: "buy",
  request: z.string(),
  response: z.string(),
  run: (thing, _resources, { attempt }) => {
    if (thing === "milk" && attempt < 3) throw new Error("the queue was too long");
    if (!shopIsOpen && thing === "bread") throw new Error("the shop is closed");
    return `${thing}, at attempt ${attempt}`;
  },
});

const transport = sqlite(":memory:");
const shopping = processor(buy, {
  transport,
  retry: { attempts: 3, backoff: { kind: "exponential", baseMs: 5, maxMs: 20, jitter: "full" } },
});
const running = start(shopping);

console.log(await shopping.call("milk"));

const failed = await shopping.sendReceive("bread");
console.log(failed.ok ? failed.value : failed.error.message);
const { items } = await transport.list("buy", { state: "dead" });
console.log("dead letters:", items.map(({ attempt, error }) => `${attempt} attempts, ${error?.message}`).join("; "));

shopIsOpen = true;
const responses = await shopping.responseReceiver();
console.log("driven again:", await transport.redrive("buy"));
const { result } = await responses.receive();
console.log(result.ok ? result.value : result.error.message);

await responses[Symbol.asyncDispose]();
await running.stop();
await shopping.close();
await transport[Symbol.asyncDispose]();

// Prints:
// milk, at attempt 3
// the shop is closed
// dead letters: 3 attempts, the shop is closed
// driven again: 1
// bread, at attempt 1
