import { Ring } from "@job-orch/core/substrate";
import type { ChunkResult } from "./chunk-result.ts";

/** Chunks that are finished and not delivered: handed on in their order, or as they come. Bounded by who fills it. */
export class Finished {
  readonly #ordered: boolean;
  readonly #asTheyCame = new Ring<ChunkResult>();
  readonly #bySeq = new Map<number, ChunkResult>();
  /** The next to be handed on. */
  #next = 0;

  constructor(order: "keep" | "any") {
    this.#ordered = order === "keep";
  }

  put(seq: number, result: ChunkResult): void {
    if (this.#ordered) this.#bySeq.set(seq, result);
    else this.#asTheyCame.push(result);
  }

  /** `undefined`: the one whose turn it is has not come. */
  take(): ChunkResult | undefined {
    if (!this.#ordered) return this.#asTheyCame.shift();
    const result = this.#bySeq.get(this.#next);
    if (result !== undefined) this.#bySeq.delete(this.#next++);
    return result;
  }
}
