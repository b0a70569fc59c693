import { here } from "../here.ts";
import type { HostDeed, HostUnderTest } from "../host-under-test.ts";
import { answering, type HostMutant, hostMutant } from "./host-mutant.ts";

/** Mutants of what is carried, to the workers and back. */
export const carryingMutants: readonly HostMutant[] = [
  answering("hands texts on without their line feeds", { "HOST-VAL-01": /strictly.*equal/s }, ({ call }) => async (deed, options) => {
    const value = await call(deed, options);
    return typeof value === "string" ? value.replaceAll("\n", "") : value;
  }),
  hostMutant("carries class instances as plain objects", { "HOST-VAL-02": /it was carried/ }, ({ sendReceive }) => ({
    sendReceive: (deed, options) => sendReceive(plain(deed), options),
  })),
  hostMutant("refuses all that came with what it refuses", { "HOST-VAL-02": /ERR_ENCODE/ }, ({ sendReceive }) => {
    let refused: ReturnType<typeof sendReceive> | undefined;
    return { sendReceive: (deed, options) => (refused ??= sendReceive(deed, options)) };
  }),
  hostMutant("forgets the class of errors", { "HOST-ERR-01": /not of its class/ }, classless),
  hostMutant("forgets the name of errors", { "HOST-ERR-02": /'Error'.*'TypeError'/s }, classless),
  answering("answers one call with the answer of the one before", { "HOST-COR-01": /strictly.*equal/s }, ({ call }) => {
    let before: Promise<unknown> = Promise.resolve();
    return (deed, options) => {
      const answer = before;
      before = call(deed, options);
      return Promise.all([answer, before]).then(([other]) => other);
    };
  }),
  answering(
    "drops headers",
    { "HOST-CTX-01": /headers: {}/ },
    ({ call }) =>
      (deed, options) =>
        call(deed, { ...options, headers: {} }),
  ),
  answering("keeps the deadline to itself", { "HOST-CTX-01": /no deadline/ }, ({ call }) => async (deed, options) => {
    const seen = (await call(deed, options)) as object;
    return { ...seen, deadline: undefined };
  }),
  hostMutant("says nothing of progress", { "HOST-SAY-01": /strictly.*equal/s }, () => ({ on: () => () => undefined })),
  hostMutant("says it after the response", { "HOST-SAY-01": /strictly.*equal/s }, ({ on }) => ({
    on: (event: string, listener: (said: never) => void) =>
      on(event as "progress", (said) => void setTimeout(() => listener(said as never), 20)),
  })),
  hostMutant(
    "gives each response to one receiver",
    { "HOST-BRD-01": /not in \d+ ms: the response is at every receiver/ },
    ({ responseReceiver }) => {
      let first: ReturnType<typeof responseReceiver> | undefined;
      return { responseReceiver: () => (first ??= responseReceiver()) };
    },
  ),
  hostMutant("sends responses without headers", { "HOST-BRD-01": /tenant/ }, ({ send }) => ({
    send: (deed, options) => send(deed, { ...options, headers: {} }),
  })),
  answering(
    "runs jobs with the caller",
    { "HOST-ISO-01": /not.*equal/s },
    ({ call }) =>
      (deed, options) =>
        deed.do === "place" ? call({ do: "echo", value: here }, options) : call(deed, options),
  ),
  answering(
    "runs jobs elsewhere",
    { "HOST-ISO-02": /strictly.*equal/s },
    ({ call }) =>
      (deed, options) =>
        deed.do === "place" ? call({ do: "echo", value: { ...here, thread: here.thread + 1 } }, options) : call(deed, options),
  ),
];

function plain(deed: HostDeed): HostDeed {
  return deed.do === "echo" ? { do: "echo", value: JSON.parse(JSON.stringify(deed.value)) as unknown } : deed;
}

function classless({ sendReceive }: HostUnderTest): Partial<HostUnderTest> {
  return {
    sendReceive: async (deed, options) => {
      const result = await sendReceive(deed, options);
      return result.ok ? result : { ...result, error: new Error(result.error.message) };
    },
  };
}
