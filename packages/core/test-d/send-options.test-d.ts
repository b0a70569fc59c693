import { memory } from "@job-orch/memory";
import { expectError, expectType } from "tsd";
import { type Capabilities, defineJob, pipe, processor, sendReceive, type SendOptions, type Transport } from "../src/index.ts";

type Having<Powers extends Partial<Capabilities>> = Transport<Capabilities & Powers> & { readonly name: "weak" };

const echo = defineJob({ name: "echo", run: (value: number) => value });

// Everything where everything is declared.
const strong = processor(echo, { transport: memory() });
strong.send(1, {
  delayMs: 1,
  priority: 9,
  orderKey: "k",
  dedupeKey: "d",
  dedupe: { scope: "window", windowMs: 1, onDuplicate: "replace" },
});
strong.send(1, { runAt: new Date(), id: "id", headers: { tenant: "blue" }, deadline: 1, signal: new AbortController().signal });
strong.call(1, { timeoutMs: 1, priority: 1 });
expectError(strong.send(1, { priority: "high" }));
expectError(strong.send(1, { delay: 1 }));
expectError(strong.send(1, { headers: { tenant: 1 } }));
expectError(strong.send(1, { dedupeKey: "d", dedupe: { scope: "forever" } }));
expectError(strong.send(1, { dedupeKey: "d", dedupe: { key: "other" } }));
expectError(strong.send(1, { timeoutMs: 1 }));
expectError(strong.send(1, { runAt: "tomorrow" }));

// What is absent is refused, option by option; the rest stays.
declare const noDelay: Having<{ readonly delay: false }>;
const undelayed = processor(echo, { transport: noDelay });
undelayed.send(1, { priority: 1, dedupeKey: "d" });
expectError(undelayed.send(1, { delayMs: 1 }));
expectError(undelayed.send(1, { runAt: 1 }));
expectError(undelayed.sendMany([1], { delayMs: 1 }));
expectError(undelayed.call(1, { delayMs: 1 }));
expectError(undelayed.sendReceive(1, { delayMs: 1 }));
expectError(undelayed.toFrame(1, { delayMs: 1 }));
expectError(sendReceive(undelayed).call(1, { delayMs: 1 }));
expectError(pipe(undelayed, strong).send(1, { delayMs: 1 }));

declare const noPriority: Having<{ readonly priority: false }>;
processor(echo, { transport: noPriority }).send(1, { delayMs: 1 });
expectError(processor(echo, { transport: noPriority }).send(1, { priority: 1 }));

declare const noDedupe: Having<{ readonly dedupe: false }>;
expectError(processor(echo, { transport: noDedupe }).send(1, { dedupeKey: "d" }));
expectError(processor(echo, { transport: noDedupe }).send(1, { dedupe: { windowMs: 1 } }));

declare const ordered: Having<{ readonly ordered: "key" }>;
declare const perChannel: Having<{ readonly ordered: "channel" }>;
declare const unordered: Having<{ readonly ordered: false }>;
processor(echo, { transport: ordered }).send(1, { orderKey: "k" });
expectError(processor(echo, { transport: perChannel }).send(1, { orderKey: "k" }));
expectError(processor(echo, { transport: unordered }).send(1, { orderKey: "k" }));

// Which transport is not known: the options are open, and refused at run time.
declare const some: Transport;
processor(echo, { transport: some }).send(1, { delayMs: 1, priority: 1, orderKey: "k", dedupeKey: "d" });
declare const options: SendOptions<typeof noDelay>;
expectType<"'weak' has no 'delay' capability" | undefined>(options.delayMs);

// A pipeline's callers are at its first stage.
pipe(strong, undelayed).send(1, { delayMs: 1 });
