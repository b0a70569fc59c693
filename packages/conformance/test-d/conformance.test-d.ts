import { test } from "node:test";
import {
  catchHostMutants,
  type Clause,
  clauses,
  conformance,
  type Harness,
  type Holder,
  hostConformance,
  type HostHarness,
  type HostMutant,
  hostMutants,
  type HostNeed,
  mutants,
  type Need,
  runClause,
  spawnHolder,
} from "@job-orch/conformance";
import type { Transport } from "@job-orch/core";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";

declare const transport: Transport;
const open = async (): Promise<Transport> => transport;
const harness = { name: "mine", open, slowMs: 5_000, quietMs: 100 };

// What compiles
expectAssignable<Harness>(harness);
expectAssignable<Harness>({ ...harness, peer: open, crash: () => spawnHolder(new URL("file:///holder.ts")), restart: async () => {} });
expectAssignable<Harness>({ ...harness, bounded: { frames: 20, open }, leftovers: () => 0 });
expectType<void>(conformance({ test, harness }));
expectType<void>(
  conformance({
    test: (name: string, check: () => Promise<void>) => void check().then(() => name),
    harness,
    filter: ({ id }) => id.startsWith("SPI"),
  }),
);
expectType<readonly Clause[]>(clauses);
expectType<Promise<void>>(runClause(clauses[0] as Clause, harness));
expectType<Harness | undefined>(mutants[0]?.make());
expectType<Promise<Holder>>(spawnHolder(new URL("file:///holder.ts"), ["jobs.db"]));
expectAssignable<Need>("lease per process");

declare const openHost: HostHarness["open"];
const hosts = { name: "mine", capabilities: { isolated: true }, open: openHost, errorClass: RangeError, slowMs: 5_000 };
expectAssignable<HostHarness>(hosts);
expectType<void>(hostConformance({ test, harness: hosts }));
expectType<void>(hostConformance({ test, harness: hosts, skip: (reason) => void reason.length }));
expectType<void>(catchHostMutants({ test, harness: hosts, filter: ({ needs }) => needs.includes("isolated") }));
expectType<readonly HostMutant[]>(hostMutants);
expectAssignable<HostNeed>("not isolated");

// What must not
expectError(hostConformance({ test, harness: { ...hosts, capabilities: {} } }));
expectError(hostConformance({ test, harness: { ...hosts, open: async () => openHost({}) } }));
expectNotAssignable<HostNeed>("mortal");
expectError(conformance({ test }));
expectError(conformance({ harness }));
expectError(conformance({ test, harness: { ...harness, open: () => transport } }));
expectError(conformance({ test, harness, results: "mine.json" }));
expectNotAssignable<Harness>({ name: "mine", open, slowMs: 5_000 });
expectNotAssignable<Harness>({ ...harness, bounded: open });
expectNotAssignable<Harness>({ ...harness, crash: async () => ({ kill: async () => {} }) });
expectNotAssignable<Need>("lease");
expectNotAssignable<Clause>({ id: "SPI-NEW-01", title: "a promise", needs: ["speed"], check: async () => {} });
