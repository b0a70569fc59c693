import { defineJob, pipe, processor, type Running, type Startable } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import {
  type Child,
  type ChildContext,
  type ExitClass,
  RestartPolicy,
  type Supervised,
  type SupervisorEvents,
  supervise,
} from "../src/index.ts";

const transport = memory();
const echo = processor(defineJob({ name: "echo", run: (value: number) => value }), { transport });
const next = processor(defineJob({ name: "next", run: (value: number) => value + 1 }), { transport });
declare const running: Running;

// What can be a child.
expectType<Supervised>(supervise([echo, pipe(echo, next)]));
expectAssignable<Running>(supervise([echo]));
expectAssignable<Child>(async ({ signal }: ChildContext) => void signal);
expectAssignable<Child>(async ({ closing }: ChildContext) => expectType<AbortSignal>(closing));
expectType<() => void>(echo.closeIntake);
expectType<() => void>(pipe(echo, next).closeIntake);
expectAssignable<Child>({ id: "sweep", run: ({ hurry }: ChildContext) => void hurry, restart: "transient" });
expectAssignable<Child>({ id: "pool", start: async () => running, startTimeoutMs: 1_000, shutdown: "kill" });
expectAssignable<Child>({ id: "server", start: () => ({ ended: Promise.resolve(["close"]), stop: async () => undefined }) });
expectAssignable<Child>({ id: "imports", children: [echo, { id: "more", children: [next] }], strategy: "rest_for_one" });
declare const startable: Startable;
expectAssignable<Child>(startable);

// What cannot.
const needy = processor(defineJob({ name: "needy", run: (value: number, file: { readonly fd: number }) => value + file.fd }), {
  transport,
});
expectError(supervise([needy])); // its resources are not known
expectError(supervise(echo));
expectNotAssignable<Child>({ id: "a" });
expectNotAssignable<Child>({ run: async () => undefined });
expectNotAssignable<Child>({ id: "pool", start: async () => undefined });
expectNotAssignable<Child>({ id: "server", start: () => ({ ended: Promise.resolve() }) });
expectNotAssignable<Child>({ id: "a", run: echo, restart: "always" });
expectNotAssignable<Child>({ id: "a", run: echo, shutdown: "never" });
expectNotAssignable<Child>({ id: "a", children: [{ id: "b" }] });
expectNotAssignable<Child>((context: { readonly signal: string }) => void context);

expectError(echo.closeIntake({ graceMs: 1 }));

// Options.
supervise([echo], { resources: [transport], signals: ["SIGTERM"], strategy: "one_for_all", intensity: { failures: 3 } });
expectError(supervise([echo], { strategy: "all_for_one" }));
expectError(supervise([echo], { resources: [{}] }));
expectError(supervise([echo], { signals: ["TERM"] }));
expectError(supervise([echo], { whenCrashLooping: "ignore" }));

// Events.
const supervised = supervise([echo]);
expectType<() => void>(supervised.on("exited", ({ exitClass }) => expectType<ExitClass>(exitClass)));
supervised.on("restarting", ({ delayMs, child }) => [expectType<number>(delayMs), expectType<string>(child)]);
expectError(supervised.on("died", () => undefined));
expectError(supervised.on("recovered", ({ child }) => child));
expectError((supervised.ready = true));
expectNotAssignable<SupervisorEvents["exited"]>({ supervisor: "main", child: "a", incarnation: 1, exitClass: "oom", error: undefined });

// The policy, by slots of any kind.
const policy = new RestartPolicy<string>(2, { backoff: { baseMs: 10 } });
expectType<number>(policy.mayStart("a"));
expectType<"ok" | "crashLooping">(policy.exited("a", "hung").state);
expectError(policy.mayStart(1));
expectError(policy.exited("a", "oom"));
expectError(new RestartPolicy());
