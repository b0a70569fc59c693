/** A state per key: accounts that are actors, rest in a store, and stand behind a durable queue. */
import { actors } from "@job-orch/actors";
import { defineJob, processor, remote, start } from "@job-orch/core";
import { sqlite } from "@job-orch/sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

class OverdrawnError extends Error {
  override readonly name = "OverdrawnError";
}

const account = defineJob({
  name: "account",
  request: z.object({ iban: z.string(), amount: z.number() }),
  response: z.number(),
  errors: [OverdrawnError],
  run: ({ amount }, state: { balance: number }) => {
    if (state.balance + amount < 0) throw new OverdrawnError(`${state.balance} is not enough for ${-amount}`);
    return (state.balance += amount);
  },
});

const snapshots = new Map<string, string>(); // or a Keyv over any store
const open = () =>
  actors(account, {
    key: ({ iban }) => iban,
    activate: (_iban, balance: number | undefined) => ({ balance: balance ?? 0 }),
    passivate: ({ balance }) => balance,
    snapshots,
  });

// In this process: many keys at once, each in its order.
const accounts = open();
accounts.on("passivated", ({ key }) => console.log("at rest:", key));
for (const amount of [50, -20, 5]) await accounts.tell({ iban: "SE1", amount });
console.log("SE1 has", await accounts.ask({ iban: "SE1", amount: 0 }, { timeoutMs: 1_000 }));
const refused = await accounts.sendReceive({ iban: "SE2", amount: -1 });
console.log(refused.ok ? "?" : `${refused.error.name}: ${refused.error.message}`);
await accounts.close();

// Behind a queue on a file: messages outlive the process, and the order key keeps each account's order.
const folder = mkdtempSync(join(tmpdir(), "accounts-"));
const transport = sqlite(join(folder, "jobs.db"));
const later = open();
const queued = processor(remote(later), { transport, concurrency: 16 });
const running = start(queued);
for (const amount of [10, -40]) await queued.send({ iban: "SE1", amount }, { orderKey: "SE1" });
console.log("SE1 has", await queued.call({ iban: "SE1", amount: 1 }, { orderKey: "SE1" }));

await running.stop();
await queued.close();
await later.close();
await transport[Symbol.asyncDispose]();
rmSync(folder, { recursive: true });

// Prints:
// SE1 has 35
// OverdrawnError: 0 is not enough for 1
// at rest: SE1
// at rest: SE2
// SE1 has 6
