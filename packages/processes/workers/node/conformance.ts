// The conformance jobs (docs/protocol.md) in TypeScript: `npm run conformance:worker -- node packages/processes/workers/node/conformance.ts`.
import { setTimeout as sleep } from "node:timers/promises";
import { job, JobError } from "@job-orch/core";
import { serve } from "@job-orch/processes/worker";

class ConformanceError extends JobError {
  override readonly name = "ConformanceError";
  readonly code = "ERR_CONFORMANCE";
  readonly retry = "never";
}

const echo = job<unknown, unknown>()({ name: "ljp.echo", run: (request) => request });

const fail = job<string, never>()({
  name: "ljp.fail",
  run: (message) => {
    throw new ConformanceError(message);
  },
});

const wait = job<number, number>()({ name: "ljp.sleep", run: (ms, _, { signal }) => sleep(ms, ms, { signal }) });

const print = job<string, string>()({
  name: "ljp.print",
  run: (text) => {
    console.log(text);
    console.error(text);
    process.stdout.write(`${text} without an end`);
    return text;
  },
});

const report = job<unknown, unknown>()({
  name: "ljp.report",
  run: (request, _, { progress, log }) => {
    progress(request);
    log("info", "reported");
    return request;
  },
});

const meta = job<null, unknown>()({
  name: "ljp.meta",
  run: (_request, _resources, { id, attempt, headers, deadline }) => ({ id, attempt, headers, leftMs: (deadline ?? 0) - Date.now() }),
});

const count = job<number, AsyncGenerator<number, number>>()({
  name: "ljp.count",
  run: async function* (to) {
    for (let at = 0; at < to; at++) yield at;
    return to;
  },
});

serve([echo, fail, wait, print, report, meta, count] as const);
