import type { Ground } from "../../harness/case.ts";
import { rules10k } from "./rules-10k.ts";

/** Events on their way to those who asked for them. */
export const routerGround: Ground = { name: "router", cases: [rules10k] };
