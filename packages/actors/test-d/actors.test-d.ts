import { defineJob, job, processor, type Processor, remote } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { threads } from "@job-orch/threads";
import { expectAssignable, expectError, expectType } from "tsd";
import {
  type ActorHost,
  actors,
  type Actors,
  actorsJob,
  actorsNamed,
  localHost,
  placedActors,
  type PoolHosts,
  poolHosts,
  type SnapshotStore,
} from "../src/index.ts";

interface Add {
  readonly cart: string;
  readonly add: number;
}
interface Cart {
  total: number;
}

const addJob = job<Add, number, Cart>()({ name: "cart", run: ({ add }, cart) => (cart.total += add) });
const key = ({ cart }: Add): string => cart;
const activate = (): Cart => ({ total: 0 });

// A job with a key is a processor of the same requests and responses, under the same name.
const cart = actors(addJob, { key, activate });
expectType<Actors<Add, number, "cart">>(cart);
expectAssignable<Processor<Add, number>>(cart);
expectType<Promise<number>>(cart.ask({ cart: "a", add: 1 }, { timeoutMs: 1 }));
expectType<Promise<void>>(cart.tell({ cart: "a", add: 1 }));
const queued = processor(remote(cart), { transport: memory() });
expectType<Promise<number>>(queued.call({ cart: "a", add: 1 }, { orderKey: "a" }));

// Who asks says how long to wait.
expectError(cart.ask({ cart: "a", add: 1 }));
expectError(cart.ask({ cart: "a", add: 1 }, {}));
expectError(cart.ask({ cart: "a" }, { timeoutMs: 1 }));
expectError(cart.tell({ cart: "a", add: "1" }));

// The state is what the job borrows, the snapshot what becomes of it.
actors(addJob, {
  key,
  activate: (_key, total: number | undefined) => ({ total: total ?? 0 }),
  passivate: ({ total }) => total,
  snapshots: new Map(),
});
expectError(actors(addJob, { key, activate: () => ({ sum: 0 }) }));
expectError(actors(addJob, { key: (request: Add) => request.add, activate }));
expectError(actors(addJob, { activate }));
expectError(actors(addJob, { key }));
expectError(actors(addJob, { key, activate, passivate: (state: { readonly sum: number }) => state.sum, snapshots: new Map() }));
expectError(actors(addJob, { key, activate, onError: "ignore" }));
expectError(actors(addJob, { key, activate, mailbox: { onFull: "drop" } }));

// Events.
cart.on("failed", ({ key: failed, directive }) => {
  expectType<string>(failed);
  expectType<"resume" | "restart" | "stop">(directive);
});
expectError(cart.on("crashed", () => undefined));

// Jobs by schema or by function.
const counted = actors(defineJob({ name: "count", run: (word: string, seen: Set<string>) => seen.add(word).size }), {
  key: (word) => word.slice(0, 1),
  activate: () => new Set<string>(),
});
expectType<Promise<number>>(counted.ask("word", { timeoutMs: 1 }));

// Hosts.
const host = localHost("one", addJob, { key, activate });
expectAssignable<ActorHost<Add, number>>(host);
const placed = placedActors<Add, number>({ key });
placed.join(host);
expectType<Promise<number>>(placed.ask({ cart: "a", add: 1 }, { timeoutMs: 1 }));
expectError(placed.ask({ cart: "a", add: 1 }));
expectError(placedActors<Add, number>({ key, crash: "ignore" }));
declare const otherHost: ActorHost<string, number>;
expectError(placed.join(otherHost));

// The places of a pool, whose workers serve the job.
const carts = actorsJob(addJob, {
  activate: (_key, total: number | undefined) => ({ total: total ?? 0 }),
  passivate: ({ total }) => total,
});
const pool = threads(carts, new URL("file:///carts.worker.ts"), { size: 2, concurrency: 64 });
const hosts = poolHosts(pool, { key, places: 2, snapshots: new Map() });
expectType<PoolHosts<Add, number>>(hosts);
expectType<Promise<void>>(hosts.joinTo(placed));
expectError(hosts.joinTo(placedActors<string, number>({ key: (text) => text })));
expectError(poolHosts(pool, { key, places: 2 }));
expectError(poolHosts(pool, { key, snapshots: new Map() }));
expectError(poolHosts(pool, { key: (text: string) => text, places: 2, snapshots: new Map() }));
expectError(poolHosts(threads(addJob, new URL("file:///add.worker.ts")), { key, places: 2, snapshots: new Map() }));
expectError(actorsJob(addJob, { activate }));
expectError(actorsJob(addJob, { activate: () => ({ sum: 0 }), passivate: () => 0 }));

// Others by name: `ask` and `tell`, checked; whoever hosts the job says who is meant.
const stock = actorsNamed<{ readonly item: string }, number>("stock");
expectType<Promise<number>>(stock.ask({ item: "tea" }, { timeoutMs: 1 }));
expectType<Promise<void>>(stock.tell({ item: "tea" }));
expectError(stock.ask({ item: "tea" }));
expectError(stock.ask({ item: 1 }, { timeoutMs: 1 }));
expectError(stock.tell({}));
actors(addJob, { key, activate, asks: { cart, placed, counted } });
poolHosts(pool, { key, places: 2, snapshots: new Map(), asks: { cart, placed } });
expectError(actors(addJob, { key, activate, asks: { cart: addJob } }));
expectError(poolHosts(pool, { key, places: 2, snapshots: new Map(), asks: cart }));
expectType<Promise<void>>(placed.tell({ cart: "a", add: 1 }));

// A store that can compare.
declare const comparing: SnapshotStore;
actors(addJob, { key, activate, passivate: ({ total }) => total, snapshots: comparing });
expectError(actors(addJob, { key, activate, passivate: ({ total }) => total, snapshots: { ...comparing, setIf: true } }));
