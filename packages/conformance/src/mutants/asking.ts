import type { Harness } from "../harness.ts";
import { plainReference } from "../reference/variants.ts";
import type { Mutant } from "./mutant.ts";
import { type SeenJob, sabotage, textCodec } from "./sabotage.ts";

const lossy = textCodec(
  (value) => JSON.stringify(value) ?? "null",
  (text) => JSON.parse(text) as unknown,
);

/** Copies key by key, also into what every object inherits from. */
function merge(into: Record<string, unknown>, from: Record<string, unknown>): Record<string, unknown> {
  for (const key of Object.keys(from)) {
    const value = from[key];
    if (typeof value === "object" && value !== null) merge((into[key] ??= {}) as Record<string, unknown>, value as Record<string, unknown>);
    else into[key] = value;
  }
  return into;
}

const gullible = textCodec(
  (value) => JSON.stringify(value),
  (text) => merge({}, JSON.parse(text) as Record<string, unknown>),
);

/** Drops some of the options of every send and call. */
function withoutOptions(name: string, breaks: Mutant["breaks"], drop: readonly string[], harness?: () => Harness): Mutant {
  const keep = (options: object | undefined): never =>
    Object.fromEntries(Object.entries(options ?? {}).filter(([key]) => !drop.includes(key))) as never;
  return sabotage(name, breaks, {
    hosted: (hosted) => ({
      send: (request, options) => hosted.send(request, keep(options)),
      call: (request, options) => hosted.call(request, keep(options)),
    }),
    ...(harness === undefined ? {} : { harness }),
  });
}

/** Asks the cache in another way. */
function cached(name: string, breaks: Mutant["breaks"], alter: (ask: NonNullable<SeenJob["getCache"]>) => SeenJob["getCache"]): Mutant {
  return sabotage(name, breaks, { job: ({ getCache }) => ({ getCache: getCache === undefined ? undefined : alter(getCache) }) });
}

const silent = /it did not fail/;
const unanswered = /not within|ERR_DEADLINE|No response/;

let distinct = 0;

/** What callers ask and what they hear, broken: values, options, caches, events. */
export const asking: readonly Mutant[] = [
  withoutOptions("signal-ignored", { "API-CAN-01": /it did not fail/, "API-CAN-02": unanswered }, ["signal"]),
  sabotage(
    "json-is-the-codec",
    { "API-VAL-01": /altered/, "API-VAL-02": /not refused|it did not fail/, "API-VAL-04": /./ },
    { options: () => ({ codec: lossy }) },
  ),
  sabotage("codec-merges-prototypes", { "API-VAL-03": /changed the prototype|altered/ }, { options: () => ({ codec: gullible }) }),
  sabotage(
    "encodes-late",
    { "API-VAL-05": /./ },
    {
      hosted: (hosted) => ({
        call: async (request, options) => {
          await undefined;
          return hosted.call(request, options);
        },
      }),
    },
  ),
  sabotage(
    "keys-are-unequal",
    { "API-CCH-06": /it ran \d+ times for one key/ },
    {
      job: ({ run }) => ({
        run: async (request, ...rest) => String(await run(`${String(request)}#${++distinct}`, ...rest)).replace(/#\d+$/, ""),
      }),
    },
  ),
  cached("cache-ignored", { "API-CCH-01": /./, "API-CCH-03": /./, "API-CCH-05": /not within|No response/ }, () => undefined),
  cached("cache-always-knows", { "API-CCH-02": /./ }, () => () => ({ response: undefined })),
  cached("cached-undefined-is-a-miss", { "API-CCH-03": /./ }, (ask) => (...given) => {
    const hit = ask(...given) as { readonly response: unknown } | undefined;
    return hit?.response === undefined ? undefined : hit;
  }),
  sabotage(
    "cache-failure-fails",
    { "API-CCH-04": /cache is away/ },
    {
      job: ({ getCache, run }) => ({
        getCache: undefined,
        run: (...given) => (getCache?.(...given) as { readonly response: unknown } | undefined)?.response ?? run(...given),
      }),
    },
  ),
  withoutOptions("ids-ignored", { "API-COR-04": /not within|ERR_OPTION/, "API-OPT-10": /./ }, ["id"]),
  sabotage(
    "subscribes-per-call",
    { "API-COR-05": /opened 5\d subscriptions/ },
    {
      hosted: (hosted) => ({
        call: async (request, options) => {
          const receiver = await hosted.responseReceiver();
          await receiver[Symbol.asyncDispose]();
          return hosted.call(request, options);
        },
      }),
    },
  ),
  sabotage(
    "reserved-headers-pass",
    { "API-TRC-02": /it did not fail/ },
    {
      hosted: (hosted) => ({ send: (request, { headers: _, ...options } = {}) => hosted.send(request, options) }),
    },
  ),
  sabotage(
    "job-gets-another-id",
    { "API-TRC-03": /./ },
    {
      job: ({ run }) => ({ run: (request, resources, context) => run(request, resources, { ...context, id: `${context.id}!` }) }),
    },
  ),
  sabotage(
    "events-come-twice",
    { "API-OBS-01": /./ },
    {
      hosted: (hosted) => ({
        on: (event, listener) => {
          hosted.on(event, listener);
          return hosted.on(event, listener);
        },
      }),
    },
  ),
  sabotage(
    "listeners-break-jobs",
    { "API-OBS-02": /a listener's own/ },
    (() => {
      const thrown: unknown[] = [];
      return {
        job: ({ run }: SeenJob) => ({
          run: (...given: Parameters<SeenJob["run"]>) => {
            if (thrown.length > 0) throw thrown[0];
            return run(...given);
          },
        }),
        hosted: (hosted) => ({
          on: (event, listener) =>
            hosted.on(event, (told) => {
              try {
                listener(told);
              } catch (error) {
                thrown.push(error);
              }
            }),
        }),
      };
    })(),
  ),
  withoutOptions("delay-not-passed-on", { "API-OPT-07": /its delay being/ }, ["delayMs"]),
  withoutOptions("dedupe-not-passed-on", { "API-OPT-08": /the others were duplicates, but/ }, ["dedupeKey"]),
  withoutOptions("order-not-passed-on", { "API-OPT-09": /./ }, ["orderKey"]),
  withoutOptions(
    "absent-powers-ignored",
    { "API-OPT-01": silent, "API-OPT-02": silent, "API-OPT-03": silent, "API-OPT-04": silent, "API-OPT-05": silent },
    ["delayMs", "runAt", "priority", "dedupeKey", "orderKey"],
    () => plainReference(),
  ),
  sabotage(
    "groups-ignored",
    { "API-OPT-06": silent },
    {
      hosted: (hosted) => ({ responseReceiver: () => hosted.responseReceiver() }),
      harness: () => plainReference(),
    },
  ),
];
