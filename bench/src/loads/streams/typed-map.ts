import { parallel } from "@job-orch/streams";
import type { Effort } from "../../harness/case.ts";
import { mustEqual } from "../checks.ts";
import { heavy } from "./functions.ts";
import { passes } from "./passes.ts";
import { twoThreads } from "./two-threads.ts";

const ITEMS = 1_000_000;
const SMOKE_ITEMS = 20_000;

/** Through `parallel`. Units: items per second. */
export async function typedMapParallel(effort: Effort): Promise<number> {
  const { source, target, check } = arrays(effort);
  const { pool, functions } = twoThreads();
  const map = (): Promise<unknown> => parallel(source, { pool, functions }).map("heavy").into(target);
  const figure = await passes(source.length, effort, map, check);
  await pool.close();
  return figure;
}

/** The limit: a plain loop. */
export async function typedMapLoop(effort: Effort): Promise<number> {
  const { source, target, check } = arrays(effort);
  const loop = (): void => {
    for (let i = 0; i < source.length; i++) target[i] = heavy(source[i] ?? 0);
  };
  return passes(source.length, effort, loop, check);
}

/** Numbers in shared memory, room for what they become, and whether that is right. */
function arrays({ smoke }: Effort) {
  const count = smoke ? SMOKE_ITEMS : ITEMS;
  const source = new Float64Array(new SharedArrayBuffer(count * 8));
  const target = new Float64Array(new SharedArrayBuffer(count * 8));
  for (let i = 0; i < count; i++) source[i] = i;
  const check = (): void => {
    let wrong = 0;
    for (let i = 0; i < count; i += 997) if (target[i] !== heavy(i)) wrong++;
    for (const value of target) if (Number.isNaN(value)) wrong++;
    mustEqual("items that are not what they should be", 0, wrong);
    target.fill(Number.NaN); // so that the next pass has to write every one
  };
  target.fill(Number.NaN);
  return { source, target, check };
}
