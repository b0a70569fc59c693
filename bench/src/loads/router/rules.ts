import { type Predicate, router } from "@job-orch/events";
import type { Effort } from "../../harness/case.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { EVENTS, holds, type Order, orders, rules } from "./orders.ts";

const LOOK_EVERY = 256;

/** Ours. Units: events per second. */
export async function routed(effort: Effort): Promise<number> {
  const routes = router<Order>();
  let heard = 0;
  /** Tells which rules were heard of, and in which order. */
  let whoHeard = 0;
  const all = rules();
  for (const [index, rule] of all.entries()) {
    routes.on(rule, () => {
      heard++;
      whoHeard = (Math.imul(whoHeard, 31) + index) | 0;
    });
  }
  const events = orders();
  for (const order of events.slice(0, effort.smoke ? 64 : 512)) {
    const holding = [...all.keys()].filter((index) => holds(all[index] as Predicate<Order>, order));
    whoHeard = 0;
    mustEqual("targets of an event", holding.length, routes.publish(order) as number);
    mustEqual(
      "which targets",
      holding.reduce((sum, index) => (Math.imul(sum, 31) + index) | 0, 0),
      whoHeard,
    );
  }
  heard = 0;
  return perSecond(
    effort,
    events,
    (order) => routes.publish(order) as number,
    () => heard,
  );
}

/** The peer: the same rules, asked one after the other. */
export async function oneByOne(effort: Effort): Promise<number> {
  const all = rules();
  let heard = 0;
  const publish = (order: Order): number => {
    const before = heard;
    for (const rule of all) if (holds(rule, order)) heard++;
    return heard - before;
  };
  return perSecond(effort, orders(), publish, () => heard);
}

/** The limit: one rule per customer, and nothing else to ask. */
export async function lookedUp(effort: Effort): Promise<number> {
  let heard = 0;
  const byCustomer = new Map<string, () => void>(
    Array.from({ length: 5_000 }, (_, customer) => [`customer-${customer}`, () => void heard++]),
  );
  const publish = (order: Order): number => {
    byCustomer.get(order.customer)?.();
    return 1;
  };
  return perSecond(effort, orders(), publish, () => heard);
}

async function perSecond(
  { warmUpMs, timedMs }: Effort,
  events: readonly Order[],
  publish: (order: Order) => number,
  heard: () => number,
): Promise<number> {
  let published = 0;
  let expected = 0;
  const run = (forMs: number): number => {
    const startedMs = performance.now();
    let tookMs = 0;
    do {
      for (let left = LOOK_EVERY; left > 0; left--) expected += publish(events[published++ % EVENTS] as Order);
      tookMs = performance.now() - startedMs;
    } while (tookMs < forMs);
    return tookMs;
  };
  run(warmUpMs);
  collectGarbage();
  run(warmUpMs); // to collect all of it throws away much of what was compiled
  const before = published;
  const tookMs = run(timedMs);
  mustEqual("events heard", expected, heard());
  return ((published - before) / tookMs) * 1_000;
}
