import { job, processor } from "@job-orch/core";
import type { MpSend, RequestMessage } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { type Firing, schedule, timerHeap, type TimerHandle, timerWheel } from "@job-orch/timers";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";

const wheel = timerWheel({ tickMs: 5 });
expectType<TimerHandle>(wheel.arm(10, () => undefined));
expectType<TimerHandle>(wheel.arm(10, (id) => expectType<string>(id), "order-7"));
expectError(wheel.arm(10, (id: number) => id, "order-7"));
expectError(wheel.arm(10, (id: number) => id));
expectError(wheel.arm("10", () => undefined));
expectError(timerWheel({ tick: 5 }));
expectAssignable<Disposable>(wheel);

const heap = timerHeap();
expectType<TimerHandle>(heap.at(Date.now(), (row) => expectType<{ id: number }>(row), { id: 1 }));
expectError(heap.at(new Date(), () => undefined));

const tick = processor(job<{ atMs: number }, void>()({ name: "tick", run: () => undefined }), { transport: memory() });
const request = ({ plannedAtMs }: Firing) => ({ atMs: plannedAtMs });
expectAssignable<AsyncDisposable>(schedule({ id: "a", cron: "0 3 * * *", to: tick, request }));
schedule({ id: "a", everyMs: 1_000, misfire: { all: 3 }, to: tick.requestSender(), request });
declare const channel: MpSend<RequestMessage<number>>;
schedule({ id: "a", everyMs: 1_000, to: channel, request: ({ plannedAtMs }) => plannedAtMs });

expectError(schedule({ id: "a", to: tick, request }));
expectError(schedule({ id: "a", everyMs: "1s", to: tick, request }));
expectError(schedule({ id: "a", everyMs: 1_000, misfire: "all", to: tick, request }));
expectError(schedule({ id: "a", everyMs: 1_000, to: tick, request: () => "no such request" }));
expectError(schedule({ everyMs: 1_000, to: tick, request }));
expectNotAssignable<string>(heap.nextMs);
