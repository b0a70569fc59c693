import type { Effort } from "./case.ts";

export const fullEffort: Effort = { smoke: false, warmUpMs: 200, timedMs: 300 };
export const smokeEffort: Effort = { smoke: true, warmUpMs: 20, timedMs: 40 };
