import { shared } from "@job-orch/core";
import { altered } from "../altered.ts";
import type { Mutant } from "./mutant.ts";
import { sabotage } from "./sabotage.ts";

const unanswered = /not within|ERR_DEADLINE|No response/;

/** How requests are worked on, broken: retries, cancelling, deadlines, errors, slots, stops. */
export const working: readonly Mutant[] = [
  sabotage(
    "two-layers-of-retries",
    { "API-RTY-03": /more than one layer/ },
    {
      job: ({ run }) => ({
        run: async (...given) => {
          try {
            return await run(...given);
          } catch {
            return run(...given);
          }
        },
      }),
    },
  ),
  sabotage(
    "retries-what-cannot-be-mended",
    { "API-RTY-05": /retried all the same/ },
    {
      options: ({ retry }) => ({ retry: { ...retry, never: [] } }),
    },
  ),
  sabotage(
    "cancel-does-nothing",
    { "API-RTY-07": /not within|ERR_CANCELLED|RangeError/, "API-CAN-03": /told to stop: not so/, "API-CAN-04": unanswered },
    {
      hosted: () => ({ cancel: async () => "requested" as const }),
    },
  ),
  sabotage("cancel-says-it-was-in-time", { "API-CAN-05": unanswered }, { hosted: () => ({ cancel: async () => "cancelled" as const }) }),
  sabotage("schema-ignored", { "API-PSN-02": /it succeeded/ }, { job: () => ({ request: undefined }) }),
  sabotage("version-ignored", { "API-PSN-03": /it succeeded/ }, { job: () => ({ version: undefined }) }),
  sabotage(
    "call-leaks-listeners",
    { "API-CAN-06": /20 listeners were left/ },
    {
      hosted: (hosted) => ({
        call: (request, options) => {
          options?.signal?.addEventListener("abort", () => {});
          return hosted.call(request, options);
        },
      }),
    },
  ),
  sabotage(
    "calls-wait-for-ever",
    { "API-TMO-01": /not within/, "API-TMO-02": /not within/, "API-TMO-03": /it did not fail|not within/ },
    {
      hosted: (hosted) => ({ call: (request, options) => hosted.call(request, { ...options, timeoutMs: Number.POSITIVE_INFINITY }) }),
    },
  ),
  sabotage("attempts-take-for-ever", { "API-TMO-04": unanswered }, { options: () => ({ timeoutMs: 1_000_000_000 }) }),
  sabotage("classes-not-registered", { "API-ERR-02": /the caller got/ }, { job: () => ({ errors: [] }) }),
  sabotage(
    "undefined-is-no-error",
    { "API-ERR-03": /it did not fail/ },
    {
      job: ({ run }) => ({
        run: (...given) => {
          try {
            return run(...given);
          } catch (error) {
            if (error !== undefined) throw error;
          }
        },
      }),
    },
  ),
  sabotage("stacks-always-cross", { "API-ERR-05": /the stack crossed/ }, { options: () => ({ stacks: true }) }),
  sabotage(
    "runs-more-than-it-may",
    { "API-CON-01": /8 ran at once/ },
    { options: ({ concurrency }) => ({ concurrency: 2 * (concurrency ?? 1) }) },
  ),
  sabotage("runs-one-at-a-time", { "API-CON-01": /1 ran at once/, "API-CON-03": unanswered }, { options: () => ({ concurrency: 1 }) }),
  sabotage(
    "resources-shared",
    { "API-CON-02": /same resources at once/ },
    {
      options: ({ resources }) => (typeof resources === "function" ? { resources: shared(resources()) } : {}),
    },
  ),
  sabotage(
    "stops-at-once",
    { "API-SHD-01": /not finished|a response comes: not within/ },
    { hosted: (hosted) => ({ stop: () => hosted.stop({ graceMs: 0 }) }) },
  ),
  sabotage(
    "processor-second-close-throws",
    { "API-SHD-03": /already closed/ },
    {
      hosted: (hosted) => {
        let closed = false;
        return {
          close: async () => {
            if (closed) throw new TypeError("already closed");
            closed = true;
            await hosted.close();
          },
        };
      },
    },
  ),
  sabotage(
    "close-forgets-callers",
    { "API-SHD-04": /not within/ },
    {
      hosted: (hosted) => ({
        call: async (request, options) => {
          try {
            return await hosted.call(request, options);
          } catch (error) {
            if ((error as { readonly code?: unknown }).code === "ERR_CLOSED") return new Promise(() => {});
            throw error;
          }
        },
      }),
    },
  ),
  sabotage(
    "close-leaves-a-timer",
    { "API-SHD-06": /left running/ },
    {
      hosted: (hosted) => ({
        close: async () => {
          await hosted.close();
          const timer = setInterval(() => {}, 1_000);
          setTimeout(() => clearInterval(timer), 100);
        },
      }),
    },
  ),
  sabotage(
    "hands-off-before-it-is-accepted",
    { "API-CHN-07": /before the next stage had it/ },
    {
      options: ({ transport }) => ({
        transport: altered(transport, {
          sender: async (channel, signal) => {
            const sender = await transport.sender(channel, signal);
            return altered(sender, { send: async (frames, own) => void Promise.resolve(sender.send(frames, own)).catch(() => undefined) });
          },
        }),
      }),
    },
  ),
  sabotage(
    "close-closes-the-transport",
    { "API-SHD-05": /closed/ },
    {
      hosted: (hosted) => ({
        close: async () => {
          await hosted.close();
          await hosted.transport[Symbol.asyncDispose]();
        },
      }),
    },
  ),
];
