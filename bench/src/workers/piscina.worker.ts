import { move as moved } from "piscina";
import { stamp } from "./work.ts";

export { echo, noOp, spin, stamp } from "./work.ts";

export function move(bytes: Uint8Array): unknown {
  return moved(stamp(bytes));
}
