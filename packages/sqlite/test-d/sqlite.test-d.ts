import type { Capabilities, Control, Inspect, Transport } from "@job-orch/core";
import { defineJob, pipe, processor } from "@job-orch/core";
import type { DatabaseSync } from "node:sqlite";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import { sendTx, sqlite, type SqliteCapabilities, type SqliteOptions, type SqliteTransport } from "../src/index.ts";

// What it is.
const transport = sqlite("jobs.db");
expectType<SqliteTransport>(transport);
expectAssignable<Transport<SqliteCapabilities> & Inspect & Control>(transport);
expectAssignable<Transport>(transport);
expectAssignable<"sqlite">(transport.name);

// What it promises is a type, and what it does not promise is none.
expectType<true>(transport.capabilities.transactional);
expectType<"key">(transport.capabilities.ordered);
expectType<"process">(transport.capabilities.lease);
expectType<"bytes">(transport.capabilities.wire);
expectType<false>(transport.capabilities.replay);
expectNotAssignable<Transport<Capabilities & { readonly replay: true }>>(transport);
expectNotAssignable<Transport<Capabilities & { readonly wire: "reference" }>>(transport);
expectNotAssignable<Transport<Capabilities & { readonly durable: "replicated" }>>(transport);
expectNotAssignable<Transport<Capabilities & { readonly lease: "delivery" }>>(transport);
expectError((transport.capabilities.delay = false));

// Options.
sqlite("jobs.db", { synchronous: "normal", access: "exclusive", journal: "delete", besideOwnTables: true, maxFrameBytes: 1, pollMs: 1 });
sqlite(":memory:", { capacity: { frames: 1, bytes: 1 }, retention: { completed: { count: 0 }, dead: { ageMs: 1, bytes: 1 } } });
expectError(sqlite());
expectError(sqlite(new URL("file:///jobs.db")));
expectError(sqlite("jobs.db", { synchronous: "off" }));
expectError(sqlite("jobs.db", { journal: "truncate" }));
expectError(sqlite("jobs.db", { access: "private" }));
expectError(sqlite("jobs.db", { retention: { completed: 10 } }));
expectError(sqlite("jobs.db", { retention: { failed: { count: 10 } } }));
expectError(sqlite("jobs.db", { pollMs: "8" }));
expectError(sqlite("jobs.db", { readonly: true }));

// Everything it can do for a request may be asked for.
const ship = processor(defineJob({ name: "ship", run: (order: { readonly id: number }) => `parcel ${order.id}` }), { transport });
ship.send({ id: 1 }, { delayMs: 1, priority: 9, orderKey: "k", dedupeKey: "d", dedupe: { scope: "window" } });
expectError(ship.send({ id: "1" }, { delayMs: 1 }));
expectError(ship.send({ id: 1 }, { priority: "first" }));

// Sending in the caller's own transaction: requests of the processor's type, over this transport and no other.
declare const db: DatabaseSync;
declare const elsewhere: Transport;
expectType<Promise<string>>(sendTx(db, ship, { id: 1 }));
expectType<Promise<string>>(sendTx(db, ship, { id: 1 }, { priority: 1 }));
expectError(sendTx(db, ship, { id: "1" }));
expectError(sendTx(db, ship));
expectError(sendTx("jobs.db", ship, { id: 1 }));
expectError(sendTx(db, ship, { id: 1 }, { timeoutMs: 1 }));
expectError(sendTx(db, processor(defineJob({ name: "ship", run: (id: number) => id }), { transport: elsewhere }), 1));
expectError(sendTx(db, pipe(ship), { id: 1 }));
expectError(transport.enqueue(db, "ship", []));

// A named group can be ended, by its name or by how long nobody received from it.
expectType<Promise<boolean>>(sqlite("jobs.db").removeGroup("news", "audit"));
expectAssignable<SqliteOptions>({ retention: { idleGroupMs: 86_400_000 } });
expectNotAssignable<SqliteOptions>({ retention: { idleGroupMs: "1 day" } });
expectNotAssignable<SqliteOptions>({ journal: "off" });
