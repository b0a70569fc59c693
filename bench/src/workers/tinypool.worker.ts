import { Tinypool } from "tinypool";
import { stamp } from "./work.ts";

export { echo, noOp, spin, stamp } from "./work.ts";

export function move(bytes: Uint8Array): unknown {
  return Tinypool.move(stamp(bytes));
}
