import type { LoanReceive, McReceive, ResponseMessage } from "@job-orch/core";
import { job, processor } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { batch, type Events, events, groupBy, type Grouped, type Operator, pump, session, tumbling, type Window } from "@job-orch/events";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";

interface Order {
  readonly customer: string;
  readonly cents: number;
  readonly atMs: number;
}
declare const receiver: McReceive<Order>;
const orders = events(receiver);

expectType<Events<Order>>(orders);
expectAssignable<LoanReceive<Order>>(orders);
expectType<Events<readonly Order[]>>(orders.batch({ max: 10 }));
expectType<Events<Window<Order, "tumbling">>>(orders.tumbling({ sizeMs: 1_000, timeOf: ({ atMs }) => atMs }));
expectType<Events<Window<Order, "sliding">>>(orders.sliding({ sizeMs: 1_000, everyMs: 100 }));
expectType<Events<Window<Order, "session">>>(orders.session({ gapMs: 1_000 }));
expectType<Events<Order>>(orders.debounce({ quietMs: 1, key: ({ customer }) => customer }).throttle({ everyMs: 1 }));
expectType<Events<number>>(orders.map(({ cents }) => cents));
expectType<Events<Grouped<string, readonly Order[]>>>(orders.groupBy({ key: ({ customer }) => customer }, batch<Order>({ max: 3 })));
expectType<Events<Grouped<string, Window<Order, "session">>>>(
  orders.groupBy({ key: ({ customer }) => customer }, session<Order>({ gapMs: 10 })),
);
expectType<Operator<Order, Grouped<number, readonly Order[]>>>(groupBy({ key: ({ cents }: Order) => cents }, batch<Order>({ max: 3 })));
expectType<Promise<readonly Order[]>>(orders.batch({ max: 10 }).receive());
declare const mixed: Events<string | number>;
expectType<Events<string>>(mixed.filter((value): value is string => typeof value === "string"));

declare const responses: McReceive<ResponseMessage<Order>>;
expectType<Events<ResponseMessage<Order>>>(events(responses));
const sums = processor(job<{ cents: number }, null>()({ name: "sums", run: () => null }), { transport: memory() });
expectType<Promise<void>>(
  pump(orders.batch({ max: 3 }), sums, { request: (all) => ({ cents: all.length }), id: (all) => String(all.length) }),
);
expectType<Promise<void>>(pump(orders, sums.requestSender(), { request: ({ cents }) => ({ cents }) }));

expectError(orders.batch({}));
expectError(orders.batch({ max: 3, lingerMs: "50" }));
expectError(orders.tumbling({ sizeMs: 10, timeOf: ({ customer }) => customer }));
expectError(orders.sliding({ sizeMs: 10 }));
expectError(orders.debounce({ quietMs: 1, full: "drop" }));
expectError(orders.dedupe({ windowMs: 1 }));
expectError(orders.groupBy({ key: ({ nobody }) => nobody }, batch<Order>({ max: 3 })));
expectError(orders.through(tumbling<string>({ sizeMs: 10 })));
expectError(events([1, 2, 3]));
expectError(pump(receiver, sums, { request: ({ cents }) => ({ cents }) }));
expectError(pump(orders, sums, { request: ({ customer }) => customer }));
expectNotAssignable<Events<Window<Order, "session">>>(orders.tumbling({ sizeMs: 10 }));
