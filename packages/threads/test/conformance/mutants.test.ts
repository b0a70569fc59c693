import { type HostHarness, hostClauses, type HostUnderTest, runHostClause } from "@job-orch/conformance";
import { expect, test } from "vitest";
import { QuotaError } from "../fixtures/jobs.ts";
import { pool } from "../support/pool.ts";

type Sabotage = (host: HostUnderTest) => Partial<HostUnderTest>;

/** Hosts that break one promise each, and the clause that must notice. */
const mutants: readonly (readonly [clause: string, what: string, sabotage: Sabotage])[] = [
  ["HOST-VAL-01", "hands texts on without their line feeds", ({ call }) => ({ call: (deed, options) => call(deed, options).then(flat) })],
  ["HOST-VAL-02", "carries class instances as plain objects", ({ sendReceive }) => ({ sendReceive: (deed) => sendReceive(plain(deed)) })],
  ["HOST-ERR-01", "forgets the class of errors", ({ sendReceive }) => ({ sendReceive: (deed) => sendReceive(deed).then(classless) })],
  ["HOST-ERR-02", "forgets the name of errors", ({ sendReceive }) => ({ sendReceive: (deed) => sendReceive(deed).then(classless) })],
  [
    "HOST-COR-01",
    "answers one call with the answer of the one before",
    ({ call }) => {
      let before: Promise<unknown> = Promise.resolve();
      return {
        call: (deed, options) => {
          const answer = before;
          before = call(deed, options);
          return Promise.all([answer, before]).then(([other]) => other);
        },
      };
    },
  ],
  ["HOST-CTX-01", "drops headers", ({ call }) => ({ call: (deed, options) => call(deed, { ...options, headers: {} }) })],
  ["HOST-SAY-01", "says nothing of progress", () => ({ on: () => () => undefined })],
  ["HOST-BRD-01", "gives each response to one receiver", oneReceiver],
  ["HOST-CAN-01", "does not cancel", () => ({ cancel: async () => "requested" })],
  [
    "HOST-CAN-02",
    "ends a worker for every cancel",
    ({ sendReceive, sendReceive: again }) => ({
      sendReceive: async (deed, options) => {
        const result = await sendReceive(deed, options);
        await again({ do: "die", how: "exit-3" });
        return result;
      },
    }),
  ],
  ["HOST-TIM-01", "knows no deadline", ({ call }) => ({ call: (deed, options) => call(deed, { ...options, timeoutMs: 600_000 }) })],
  ["HOST-STP-01", "ends at once what has begun", ({ stop }) => ({ stop: () => Promise.all([stop(), stop()]).then(() => undefined) })],
  ["HOST-CLO-01", "goes on after its end", ({ call }) => ({ call: (deed, options) => call(deed, options).catch(() => "open") })],
  [
    "HOST-CRA-01",
    "tells nobody of a crash",
    ({ call }) => ({ call: (deed) => (deed.do === "die" ? call(deed).catch(() => undefined) : call(deed)) }),
  ],
  ["HOST-PRI-01", "knows no priority", ({ call }) => ({ call: (deed, { priority: _, ...options } = {}) => call(deed, options) })],
];

test.for(mutants)("%s notices a host that %s", async ([id, , sabotage]) => {
  const clause = hostClauses.find((one) => one.id === id);
  const harness: HostHarness = {
    name: "a mutant",
    open: (options) => {
      const host: HostUnderTest = pool(options);
      return { ...host, ...sabotage(host), [Symbol.asyncDispose]: host.close };
    },
    errorClass: QuotaError,
    slowMs: 1_000,
  };
  await expect(runHostClause(clause!, harness)).rejects.toThrow();
});

function flat(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\n", "") : value;
}

function plain(deed: Parameters<HostUnderTest["call"]>[0]): typeof deed {
  return deed.do === "echo" ? { do: "echo", value: JSON.parse(JSON.stringify(deed.value)) as unknown } : deed;
}

function classless<Result extends { readonly ok: boolean }>(result: Result): Result {
  if (result.ok || !("error" in result)) return result;
  return { ...result, error: new Error(String((result.error as Error).message)) };
}

function oneReceiver({ responseReceiver }: HostUnderTest): Partial<HostUnderTest> {
  let first: ReturnType<typeof responseReceiver> | undefined;
  return { responseReceiver: () => (first ??= responseReceiver()) };
}
