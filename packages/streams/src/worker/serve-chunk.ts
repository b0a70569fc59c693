import type { Awaitable } from "@job-orch/core";
import { toWireError } from "@job-orch/core/substrate";
import { pack, unpack } from "../work/pack.ts";
import { stopBehind } from "../work/stop-flag.ts";
import type { ChunkResponse, StagesRequest } from "../work/work.ts";
import { ChunkRun } from "./chunk-run.ts";
import { compile } from "./compile.ts";

type ChunkRequest = Extract<StagesRequest, { readonly ask: "chunk" }>;

/** One chunk through its stages, in a worker. Errors of the functions are part of the answer, behind what came before them. */
export function serveChunk({ work, items, seq, stop, ordered }: ChunkRequest, functions: object): Awaitable<ChunkResponse> {
  const run = new ChunkRun(compile(work, functions), unpack(items), { flag: stop, seq });
  const startedMs = performance.now();
  const answer = (): ChunkResponse => {
    const ends = run.failure !== undefined || run.found !== undefined;
    if (ends && ordered && stop !== undefined) stopBehind(stop, seq); // at once: the others need not wait until our host knows
    return toResponse(run, work.end.kind === "fold", (performance.now() - startedMs) * 1_000, stop !== undefined);
  };
  const waits = run.run();
  return waits === undefined ? answer() : waits.then(answer);
}

function toResponse(run: ChunkRun, folds: boolean, workUs: number, clones: boolean): ChunkResponse {
  const told = [workUs, run.passed];
  return {
    told: clones ? Float64Array.from(told) : told,
    ...(run.results.length === 0 ? {} : { items: pack(run.results, clones) }),
    ...(folds ? { sum: [run.sum] as const } : {}),
    ...(run.found === undefined ? {} : { found: run.found }),
    ...(run.failure === undefined ? {} : { error: toWireError(run.failure[0]) }),
  };
}
