import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";

/** What each capability may be. */
const allowed: Readonly<Record<string, (value: unknown) => boolean>> = {
  durable: among("none", "process", "machine", "replicated"),
  ordered: among(false, "channel", "key"),
  delay: isBoolean,
  priority: isBoolean,
  dedupe: isBoolean,
  groups: isBoolean,
  replay: isBoolean,
  lease: among(false, "delivery", "process"),
  transactional: isBoolean,
  maxFrameBytes: (value) => typeof value === "number" && value >= 65_536,
  scope: among("process", "host", "network"),
  wire: among("reference", "clone", "bytes"),
};

function among(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

export const claims: readonly Clause[] = [
  clause("SPI-CAP-01", "the capabilities are complete, of the right kinds, and frozen", [], async (bench) => {
    const { capabilities } = bench.transport;
    ok(Object.isFrozen(capabilities), "the capabilities are not frozen");
    for (const [name, fits] of Object.entries(allowed)) {
      const value = (capabilities as unknown as Record<string, unknown>)[name];
      ok(fits(value), `the capability "${name}" is ${String(value)}`);
    }
    const unknown = Object.keys(capabilities).filter((name) => !(name in allowed));
    deepStrictEqual(unknown, [], "there are capabilities that nobody knows");
  }),

  clause("SPI-CAP-02", "the capabilities and the name are the same on every connection, and stay so", [], async (bench) => {
    const before = { name: bench.transport.name, ...bench.capabilities };
    const channel = bench.work();
    await bench.send(channel, bench.frames(1));
    await bench.takeOne(await bench.receiver(channel));
    const other = await bench.open();
    deepStrictEqual({ name: other.name, ...other.capabilities }, before, "another connection claims something else");
    deepStrictEqual({ name: bench.transport.name, ...bench.capabilities }, before, "the claims changed with use");
    strictEqual(typeof before.name === "string" && before.name.length > 0, true, "the transport has no name");
  }),

  clause("SPI-CAP-03", "a claim of replay is one that nobody can ask for", [], async (bench) => {
    strictEqual(bench.capabilities.replay, false, "the seam has no way to ask for a replay yet, so none may be claimed");
  }),
];
