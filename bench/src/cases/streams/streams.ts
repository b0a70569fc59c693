import type { Ground } from "../../harness/case.ts";
import { objectMapW2 } from "./object-map.ts";
import { typedMapW2 } from "./typed-map.ts";

/** Lists and typed arrays through functions on two threads, against a loop on one. */
export const streams: Ground = { name: "streams", cases: [typedMapW2, objectMapW2] };
