import { job } from "@job-orch/core";
import { expectError, expectNotType, expectType } from "tsd";
import { hostJob, inlineFactory, Pool, type PooledProcessor, type WorkerFactory, type WorkerLink } from "../src/index.ts";

const length = job<string, number>()({ name: "length", run: (text) => text.length });
const pool = new Pool({ name: "length", options: { size: 1 }, factory: inlineFactory([length]) });
const hosted = hostJob(length, pool, () => undefined, true);
expectType<PooledProcessor<string, number, "length">>(hosted);
expectError(hosted.send(1));
expectError(hosted.on("stollen", () => undefined));
hosted.on("stolen", ({ count }) => expectType<number>(count));
hosted.on("workerExited", ({ exitClass }) => expectNotType<"unheard-of">(exitClass));
expectError(new Pool({ name: "length", options: { size: "1" }, factory: inlineFactory([length]) }));
expectError(new Pool({ name: "length", options: {} }));

declare const link: Omit<WorkerLink, "kill">;
expectError<WorkerFactory>({ kind: "mine", shares: false, start: () => link });
