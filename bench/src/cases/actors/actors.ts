import type { Ground } from "../../harness/case.ts";
import { keys10k } from "./keys-10k.ts";

/** State per key, one message at a time. */
export const actorsGround: Ground = { name: "actors", cases: [keys10k] };
