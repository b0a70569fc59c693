import { memory, type MemoryTransport } from "@job-orch/memory";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import { z } from "zod";
import {
  type AttemptEvent,
  type Calls,
  defineJob,
  type HostedProcessor,
  job,
  type Processor,
  processor,
  remote,
  type ResourceSource,
  type Result,
  sendReceive,
  shared,
  start,
} from "../src/index.ts";

const transport = memory();

// By schemas: senders give the input, `run` gets the output, receivers get the response's output.
const shaped = processor(
  defineJob({
    name: "shaped",
    request: z.object({ width: z.string().transform(Number), height: z.number().default(1) }),
    response: z.number().transform((area) => `${area} px`),
    run: (request) => {
      expectType<{ width: number; height: number }>(request);
      return request.width * request.height;
    },
  }),
  { transport },
);
expectType<HostedProcessor<{ width: string; height?: number | undefined }, string, void, MemoryTransport<"none">, "shaped">>(shaped);
expectType<Promise<string>>(shaped.call({ width: "2" }));
expectType<Promise<Result<string>>>(shaped.sendReceive({ width: "2", height: 3 }));
expectType<Promise<string>>(shaped.send({ width: "2" }));
expectType<Promise<readonly string[]>>(shaped.sendMany([{ width: "2" }]));
expectError(shaped.call({ width: 2 }));
expectError(shaped.send({ height: 1 }));
expectError(shaped.send({ width: "2", depth: 3 }));
expectError(shaped.sendMany([{ width: 2 }]));
expectError(shaped.sendMany({ width: "2" }));
expectError(shaped.sendMany([{ width: "2" }], { id: "one for many" }));
expectError(defineJob({ name: "wrong", request: z.string(), response: z.number(), run: (text) => text }));

// By types alone, given or inferred.
const given = processor(job<{ readonly id: number }, readonly string[]>()({ name: "given", run: ({ id }) => [`${id}`] }), { transport });
expectType<Promise<readonly string[]>>(given.call({ id: 1 }));
expectError(given.call({ id: "1" }));
expectError(job<number, string>()({ name: "wrong", run: (value) => value }));
const inferred = processor(defineJob({ name: "inferred", run: async (text: string) => text.length }), { transport });
expectType<HostedProcessor<string, number, void, MemoryTransport<"none">, "inferred">>(inferred);
expectError(inferred.call(1));

// By hand: anything of the right shape is a job.
const byHand = processor({ name: "by-hand", run: (value: number) => `${value}` }, { transport });
expectType<"by-hand">(byHand.name);
expectType<Promise<string>>(byHand.call(1));
expectError(byHand.call("1"));
expectError(processor({ run: (value: number) => value }, { transport }));
expectError(processor({ name: "no-run" }, { transport }));

// Options.
expectError(processor(shapeless(), {}));
expectError(processor(shapeless(), { transport: "memory" }));
expectError(processor(shapeless(), { transport, concurency: 4 }));
expectError(processor(shapeless(), { transport, concurrency: "4" }));
expectError(processor(shapeless(), { transport, retry: { attempts: 3, backof: { kind: "fixed", baseMs: 1 } } }));
expectError(processor(shapeless(), { transport, retry: { backoff: { kind: "linear", baseMs: 1 } } }));
expectError(processor(shapeless(), { transport, retry: { never: [404] } }));
expectError(processor(shapeless(), { transport, timeout: 1_000 }));
expectAssignable<Processor<number, number>>(processor(shapeless(), { transport, retry: { attempts: 3, never: [RangeError] } }));

// Resources: without a source `run` must be given one, with one it must not.
interface Database {
  readonly query: (text: string) => Promise<number>;
}
declare const database: Database;
const needy = defineJob({ name: "needy", run: (table: string, own: Database) => own.query(table) });
const without = processor(needy, { transport });
expectType<HostedProcessor<string, number, ResourceSource<Database>, MemoryTransport<"none">, "needy">>(without);
expectType<Promise<void>>(without.run(() => database));
expectType<Promise<void>>(without.run(async () => database));
expectType<Promise<void>>(without.run(shared(database)));
expectError(without.run());
expectError(without.run(database));
expectError(without.run(() => ({ query: "none" })));
expectError(start(without));
expectNotAssignable<Processor<string, number>>(without);
const equipped = processor(needy, { transport, resources: () => database });
expectType<HostedProcessor<string, number, void, MemoryTransport<"none">, "needy">>(equipped);
expectType<Promise<void>>(equipped.run());
expectError(equipped.run(() => database));
start(equipped);
start([equipped, shaped, processor(needy, { transport, resources: shared(database), concurrency: 4 })]);
expectError(start([equipped, without]));
expectError(processor(needy, { transport, resources: database }));
expectError(processor(needy, { transport, resources: () => ({ query: () => 1 }) }));
expectError(processor(needy, { transport, resources: shared({}) }));
expectType<Promise<void>>(inferred.run());
expectType<Promise<void>>(byHand.run());

// Error registries take classes of errors.
class NotFound extends Error {}
class NoError {}
defineJob({ name: "registry", errors: [NotFound, RangeError], run: (id: number) => id });
expectError(defineJob({ name: "registry", errors: [NoError], run: (id: number) => id }));
expectError(defineJob({ name: "registry", errors: ["NotFound"], run: (id: number) => id }));
expectError(defineJob({ name: "registry", errors: NotFound, run: (id: number) => id }));

// Handles.
expectType<Calls<string, number, MemoryTransport<"none">> & AsyncDisposable>(sendReceive(inferred));
expectType<Promise<number>>(sendReceive(inferred).call("text"));
expectError(sendReceive(inferred).call(1));
declare const foreign: Processor<string, Date>;
expectType<Promise<Date>>(sendReceive(foreign).call("now"));
expectError(sendReceive(foreign).call(1));

// A processor is a job again.
const outer = processor(remote(inferred), { transport });
expectType<HostedProcessor<string, number, void, MemoryTransport<"none">, "inferred">>(outer);
expectError(outer.call(1));
expectError(remote(needy));

// Events.
shaped.on("succeeded", (event) => expectType<AttemptEvent & { readonly durationMs: number }>(event));
shaped.on("failed", ({ error }) => expectType<Error>(error));
shaped.on("cached", ({ where }) => expectType<"caller" | "processor">(where));
expectAssignable<() => void>(shaped.on("idle", () => {}));
expectError(shaped.on("succeded", () => {}));
expectError(shaped.on("idle", ({ id }) => id));

function shapeless() {
  return defineJob({ name: "shapeless", run: (value: number) => value });
}
