import type { Effort } from "./case.ts";

export const fullEffort: Effort = { smoke: false, warmUpMs: 300, timedMs: 400 };
export const smokeEffort: Effort = { smoke: true, warmUpMs: 20, timedMs: 40 };
