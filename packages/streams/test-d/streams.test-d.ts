import { processor } from "@job-orch/core";
import { threads } from "@job-orch/threads";
import { Readable } from "node:stream";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import {
  join,
  type NamesOf,
  parallel,
  type ParallelStream,
  type Plan,
  stagesJob,
  type StagesPool,
  type StagesRequest,
} from "../src/index.ts";

interface Reading {
  readonly station: string;
  readonly celsius: number;
}
declare const functions: {
  readonly LIMIT: number;
  readonly parse: (line: string) => Reading;
  readonly parseLater: (line: string) => Promise<Reading>;
  readonly isHot: (reading: Reading) => boolean;
  readonly celsius: (reading: { readonly celsius: number }) => number;
  readonly isText: (value: string | number) => value is string;
  readonly add: (sum: number, value: number) => number;
  readonly longest: (best: Reading | undefined, reading: Reading) => Reading | undefined;
  readonly weigh: (sum: number, reading: Reading) => string;
  readonly wide: (reading: Reading & { readonly humidity: number }) => number;
};
declare const lines: readonly string[];
declare const later: AsyncIterable<string>;
declare const mixed: readonly (string | number)[];
const pool = threads(stagesJob(functions), new URL("./functions.worker.ts", import.meta.url));
const options = { pool, functions } as const;
type Functions = typeof functions;

// The items' types go from function to function.
const readings = parallel(lines, options).map("parse");
expectAssignable<ParallelStream<Functions, Reading>>(readings);
expectType<Promise<Reading[]>>(readings.toArray());
expectType<Promise<Reading[]>>(readings.filter("isHot").take(3));
expectType<Promise<number[]>>(readings.filter("isHot").map("celsius").toArray());
expectType<Promise<Reading | undefined>>(readings.find("isHot"));
expectType<Promise<boolean>>(readings.some("isHot"));
expectType<Promise<boolean>>(readings.every("isHot"));
expectType<Promise<void>>(readings.forEach("isHot"));
expectType<Plan>(readings.plan);
expectType<string>(readings.explain());

// What a function promises is waited for; type guards narrow.
expectType<Promise<Reading[]>>(parallel(later, options).map("parseLater").toArray());
expectType<Promise<string[]>>(parallel(mixed, options).filter("isText").toArray());
expectType<Promise<string | undefined>>(parallel(mixed, options).find("isText"));

// Folds and targets.
expectType<Promise<number>>(readings.map("celsius").reduce("add", { identity: 0, combine: "add", deterministic: true }));
expectType<Promise<Float64Array<ArrayBuffer>>>(readings.map("celsius").into(new Float64Array(3)));
expectType<Promise<number[]>>(parallel(new Float64Array(3), options).toArray());
expectType<Promise<bigint[]>>(parallel(new BigInt64Array(3), options).toArray());
expectAssignable<AsyncIterable<Reading>>(readings);
parallel(Readable.from(["a"]), options).map("parse");

// Pools of every kind.
expectAssignable<StagesPool>(pool);
expectNotAssignable<StagesPool>({ call: async () => "something" });
expectAssignable<Parameters<typeof processor>[0]>(stagesJob(functions));
expectType<"hot">(stagesJob(functions, { name: "hot" }).name);
expectAssignable<Promise<unknown>>(pool.call({} as StagesRequest));
expectType<"parse" | "parseLater" | "isHot" | "celsius" | "isText" | "add" | "longest" | "weigh" | "wide">("parse" as NamesOf<Functions>);
expectType<Promise<[number, string]>>(
  join(
    () => 1,
    async (signal: AbortSignal) => String(signal.aborted),
  ),
);

// What must not compile.
expectError(parallel(5, options));
expectError(parallel(lines, { functions }));
expectError(parallel(lines, { pool }));
expectError(parallel(lines, { ...options, order: "some" }));
expectError(parallel(lines, { ...options, chunk: "large" }));
expectError(parallel(lines, { ...options, pool: { call: async () => 1 } }));
expectError(parallel(lines, options).map("parze"));
expectError(parallel(lines, options).map("LIMIT"));
expectError(parallel(lines, options).map("constructor"));
expectError(parallel(lines, options).map("toString"));
expectError(parallel(lines, options).map("__proto__"));
expectError(parallel(lines, options).map((line: string) => line));
expectError(parallel(lines, options).map("isHot"));
expectError(parallel(mixed, options).map("parse"));
expectError(parallel(lines, options).filter("isHot"));
expectError(parallel(lines, options).map("add"));
expectError(readings.map("wide"));
expectError(readings.find("parse"));
expectError(readings.some("parze"));
expectError(readings.forEach("parse"));
expectError(readings.take("3"));
expectError(readings.into(new Float64Array(1)));
expectError(readings.map("celsius").into(new BigInt64Array(1)));
expectError(readings.map("celsius").into([1]));
expectError(readings.reduce("add", { identity: 0, combine: "add" }));
expectError(readings.reduce("weigh", { identity: 0, combine: "add" }));
expectError(readings.reduce("longest", { identity: undefined, combine: "add" }));
expectError(readings.map("celsius").reduce("add", { identity: "0", combine: "add" }));
expectError(readings.map("celsius").reduce("add", { identity: 0 }));
expectError(readings.map("celsius").reduce("add", { identity: 0, combine: "parze" }));
expectError(stagesJob(5));
expectError(join(() => 1));
