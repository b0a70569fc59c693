import { toWireError } from "@job-orch/core/substrate";
import { elementTypeOf } from "../typed-array.ts";
import { pack } from "../work/pack.ts";
import { isWanted, nextRange, stopBehind } from "../work/stop-flag.ts";
import type { Sweep, SweepResponse, Work } from "../work/work.ts";
import { ChunkRun } from "./chunk-run.ts";
import { compile } from "./compile.ts";

/** Then the worker answers and is asked again, so that others get their turn. Units: milliseconds. */
const STINT_MS = 100;

/** Range after range of a typed array, as long as there are any. Shared by workers and by a host that stays alone. */
export async function serveSweep(work: Work, sweep: Sweep, functions: object, stintMs = STINT_MS): Promise<SweepResponse> {
  const { stop, view, into, counts, first, step, ranges, only, ordered } = sweep;
  const compiled = compile(work, functions);
  const total = only?.length ?? ranges;
  const done: number[] = [];
  const sums: unknown[] = [];
  const startedMs = performance.now();
  let passed = 0;
  const answer = (exhausted: boolean, failed?: SweepResponse["failed"]): SweepResponse => ({
    told: Float64Array.of((performance.now() - startedMs) * 1_000, passed),
    done: Int32Array.from(done),
    ...(sums.length === 0 ? {} : { sums: pack(sums, true) }),
    ...(failed === undefined ? {} : { failed }),
    exhausted,
  });
  while (performance.now() - startedMs < stintMs) {
    const taken = nextRange(stop);
    if (taken >= total) return answer(true);
    const range = only?.[taken] ?? taken;
    if (!isWanted(stop, range)) return answer(true); // ranges are taken in order: those behind it are not wanted either
    const start = first + range * step;
    const items = { values: view, start, end: Math.min(start + step, view.length) };
    const target = into === undefined ? undefined : { view: into, at: start, type: elementTypeOf(into) };
    const run = new ChunkRun(compiled, items, { flag: stop, seq: range }, target);
    const waits = run.run();
    if (waits !== undefined) await waits;
    passed += run.passed;
    if (run.failure !== undefined) {
      stopBehind(stop, ordered ? range : -1);
      return answer(true, { range, error: toWireError(run.failure[0]) });
    }
    if (start + run.passed < items.end) return answer(true); // it was stopped
    counts[range] = run.written;
    done.push(range);
    if (compiled.end.kind === "fold") sums.push(run.sum);
  }
  return answer(false);
}
