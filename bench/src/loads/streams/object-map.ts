import { parallel } from "@job-orch/streams";
import type { Effort } from "../../harness/case.ts";
import { Ledger, mustEqual } from "../checks.ts";
import { type Rated, rate, type Reading } from "./functions.ts";
import { passes } from "./passes.ts";
import { twoThreads } from "./two-threads.ts";

const ITEMS = 50_000;
const SMOKE_ITEMS = 2_000;

/** Through `parallel`. Units: items per second. */
export async function objectMapParallel(effort: Effort): Promise<number> {
  const { readings, check } = list(effort);
  const { pool, functions } = twoThreads();
  const figure = await passes(readings.length, effort, () => parallel(readings, { pool, functions }).map("rate").toArray(), check);
  await pool.close();
  return figure;
}

/** The limit: a plain loop. */
export async function objectMapLoop(effort: Effort): Promise<number> {
  const { readings, check } = list(effort);
  return passes(readings.length, effort, () => readings.map(rate), check);
}

function list({ smoke }: Effort) {
  const count = smoke ? SMOKE_ITEMS : ITEMS;
  const readings: readonly Reading[] = Array.from({ length: count }, (_, i) => ({ i, station: `station ${i % 400}`, celsius: i % 97 }));
  const check = (rated: readonly Rated[]): void => {
    const ledger = new Ledger(count);
    for (const [at, { i, station, rating }] of rated.entries()) {
      ledger.note(i);
      if (at % 997 === 0) mustEqual(`what became of ${station}`, rate(readings[at] as Reading).rating, rating);
    }
    ledger.mustBeExact();
  };
  return { readings, check };
}
