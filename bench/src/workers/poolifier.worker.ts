import { ThreadWorker } from "poolifier";
import { echo, noOp, spin, stamp } from "./work.ts";

// What a function returns is always copied: there is no way to say that it moves.
const functions = { noOp, echo, spin, stamp, move: stamp };

export default new ThreadWorker(functions as unknown as ConstructorParameters<typeof ThreadWorker>[0]);
