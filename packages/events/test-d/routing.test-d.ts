import type { MpSend } from "@job-orch/core";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import { type FieldOf, type Predicate, router, type Subscription, type SubjectMessage, subjectRouter } from "../src/index.ts";

interface Created {
  readonly type: "created";
  readonly total: number;
  readonly customer: { readonly country: string; readonly age?: number };
  readonly tags: readonly string[];
}
interface Paid {
  readonly type: "paid";
  readonly by: "card" | "cash";
}
type Order = Created | Paid;

// Fields are those of any member, nested ones by dots; lists and objects are nothing to compare.
declare const field: FieldOf<Order>;
expectType<"type" | "total" | "customer.country" | "customer.age" | "by">(field);

// Values fit their field.
expectAssignable<Predicate<Order>>({ field: "total", op: "range", min: 1, max: 2 });
expectAssignable<Predicate<Order>>({
  and: [{ field: "by", op: "in", values: ["card"] }, { not: { field: "customer.age", op: "gt", value: 17 } }],
});
expectAssignable<Predicate<Order>>({ field: "customer.country", op: "prefix", value: "S" });
expectNotAssignable<Predicate<Order>>({ field: "total", op: "eq", value: "1" });
expectNotAssignable<Predicate<Order>>({ field: "total", op: "prefix", value: "1" });
expectNotAssignable<Predicate<Order>>({ field: "by", op: "gte", value: 1 });
expectNotAssignable<Predicate<Order>>({ field: "by", op: "eq", value: "cheque" });
expectNotAssignable<Predicate<Order>>({ field: "tags", op: "exists" });
expectNotAssignable<Predicate<Order>>({ field: "nothing", op: "exists" });
expectNotAssignable<Predicate<Order>>({ field: "total", op: "matches", value: /1/ });

// Exact types narrow the event.
const orders = router<Order>();
expectType<Subscription>(orders.on("paid", (order) => expectType<Paid>(order)));
orders.on({ field: "total", op: "exists" }, (order) => expectType<Order>(order));
expectError(orders.on("lost", () => undefined));
expectError(orders.on("paid", (order: Created) => order.total));
expectError(orders.on("paid", () => undefined, { slow: "wait" }));
expectError(orders.publish({ type: "lost" }));

// The tag may be another one.
const byWay = router<Paid, "by">({ tag: "by" });
byWay.on("cash", (paid) => expectType<Paid>(paid));
expectError(byWay.on("paid", () => undefined));
expectError(router<Paid, "nothing">({ tag: "nothing" }));

// A router is a sender, and takes senders.
expectAssignable<MpSend<Order>>(orders);
declare const anyOrder: MpSend<Order>;
declare const created: MpSend<Created>;
orders.on("paid", anyOrder);
orders.on({ field: "total", op: "exists" }, anyOrder);
expectError(orders.on("paid", created));

// Subjects.
const subjects = subjectRouter<Created>();
expectAssignable<MpSend<SubjectMessage<Created>>>(subjects);
subjects.on("orders.*", (_order, subject) => expectType<string>(subject), { where: { field: "total", op: "gt", value: 1 } });
expectError(subjects.on("orders.*", () => undefined, { where: { field: "by", op: "exists" } }));
expectError(subjects.publish({ type: "created" }));
