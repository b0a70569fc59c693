import type { HostUnderTest } from "../host-under-test.ts";
import { answering, type HostMutant, hostMutant } from "./host-mutant.ts";

/** Longer than any clause waits. Units: milliseconds. */
const FOR_EVER_MS = 600_000;

/** Mutants of how requests and workers come to an end. */
export const endingMutants: readonly HostMutant[] = [
  hostMutant("does not cancel", { "HOST-CAN-01": /ERR_DEADLINE.*ERR_CANCELLED/s }, () => ({ cancel: async () => "requested" })),
  hostMutant("ends a worker for every cancel", { "HOST-CAN-02": /strictly.*equal/s }, ({ stats }) => ({
    stats: () => {
      const { workers, ...rest } = stats();
      return { ...rest, workers: workers.map(({ incarnation }) => ({ incarnation: incarnation + 1 })) };
    },
  })),
  hostMutant("tells no job to stop", { "HOST-CAN-02": /changed my mind/ }, ({ sendReceive }) => ({
    sendReceive: (deed, { signal: _, ...options } = {}) => sendReceive(deed, options),
  })),
  answering(
    "knows no deadline",
    { "HOST-TIM-01": /not in \d+ ms: the call is given up/ },
    ({ call }) =>
      (deed, options) =>
        call(deed, { ...options, timeoutMs: FOR_EVER_MS }),
  ),
  {
    name: "lets an attempt run as long as its call waits",
    breaks: { "HOST-TIM-02": /ERR_DEADLINE.*ERR_ATTEMPT_TIMEOUT/s },
    alter: () => ({}),
    heed: ({ timeoutMs: _, ...options }) => options,
  },
  answering("loses what waited behind a slow one", { "HOST-TIM-02": /took longer than 400 ms/ }, withTheFirst),
  answering(
    "takes waiting for a worker for running",
    { "HOST-TIM-03": /No response .* in time/ },
    ({ call }, { timeoutMs }) =>
      (deed, options) =>
        call(deed, timeoutMs === undefined ? options : { ...options, timeoutMs }),
  ),
  hostMutant("ends at once what has begun", { "HOST-STP-01": /ended while it had the request/ }, ({ stop }) => ({
    stop: () => Promise.all([stop(), stop()]).then(() => undefined),
  })),
  hostMutant("answers with an error, at a stop, who waits for a worker", { "HOST-STP-01": /strictly equal/ }, ({ close }) => ({
    stop: close,
  })),
  answering(
    "goes on after its end",
    { "HOST-CLO-01": /undefined.*ERR_CLOSED/s },
    ({ call }) =>
      (deed, options) =>
        call(deed, options).catch(() => "open"),
  ),
  hostMutant("forgets its callers when it is closed", { "HOST-CLO-01": /not in \d+ ms: everyone is answered/ }, ({ sendReceive }) => ({
    sendReceive: async (deed, options) => {
      const result = await sendReceive(deed, options);
      return result.ok ? result : new Promise(() => undefined);
    },
  })),
  answering(
    "tells nobody of a crash",
    { "HOST-CRA-01": /undefined.*ERR_WORKER_CRASHED/s },
    ({ call }) =>
      (deed, options) =>
        deed.do === "die" ? call(deed, options).catch(() => undefined) : call(deed, options),
  ),
  answering("does not replace a worker that ended", { "HOST-CRA-01": /ended while it had the request/ }, withTheFirst),
  answering("loses with a worker what it had not begun", { "HOST-CRA-02": /ended while it had the request/ }, withTheFirst),
  answering("charges an attempt to who had not begun", { "HOST-CRA-02": /2/ }, ({ call }) => async (deed, options) => {
    const value = await call(deed, options);
    return deed.do === "context" ? { ...(value as object), attempt: 2 } : value;
  }),
  answering("puts back in reverse what had not begun", { "HOST-CRA-02": /n19/ }, reversed),
  answering(
    "knows no priority",
    { "HOST-PRI-01": /the first to end were low/ },
    ({ call }) =>
      (deed, { priority: _, ...options } = {}) =>
        call(deed, options),
  ),
  answering("lets the urgent go first for ever", { "HOST-PRI-01": /the low ones starved/ }, ({ call }) => {
    const urgent: Promise<unknown>[] = [];
    return async (deed, options) => {
      if (options?.priority !== 0) {
        const answer = call(deed, options);
        urgent.push(answer);
        return answer;
      }
      await Promise.resolve(); // all that is asked in this turn is known
      await Promise.allSettled(urgent);
      return call(deed, options);
    };
  }),
];

/** As soon as one call is rejected, so are all that were and will be asked. */
function withTheFirst({ call }: HostUnderTest): HostUnderTest["call"] {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  return (deed, options) => {
    const answer = call(deed, options);
    answer.catch(reject);
    return Promise.race([lost, answer]);
  };
}

/** Hands in what one turn asks with the last first. */
function reversed({ call }: HostUnderTest): HostUnderTest["call"] {
  const asked: (() => void)[] = [];
  return (deed, options) => {
    if (deed.do !== "context") return call(deed, options);
    return new Promise((resolve) => {
      if (asked.length === 0)
        queueMicrotask(() =>
          asked
            .splice(0)
            .reverse()
            .forEach((ask) => ask()),
        );
      asked.push(() => resolve(call(deed, options)));
    });
  };
}
