import workerpool from "workerpool";
import { echo, noOp, spin, stamp } from "./work.ts";

function move(bytes: Uint8Array): unknown {
  stamp(bytes);
  return new workerpool.Transfer(bytes, [bytes.buffer]);
}

workerpool.worker({ noOp, echo, spin, stamp, move } as Record<string, (...args: never[]) => unknown>);
