import type { Ground } from "../../harness/case.ts";

/** One machine, one file. */
export const sqlite: Ground = { name: "sqlite", cases: [] };
