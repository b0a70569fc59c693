import type { Ground } from "../../harness/case.ts";
import { armCancel } from "./arm-cancel.ts";
import { armFire } from "./arm-fire.ts";
import { armed1m } from "./armed-1m.ts";

/** Volatile timeouts: what one costs while it is armed, and to arm and cancel. */
export const timers: Ground = { name: "timers", cases: [armed1m, armCancel, armFire] };
