import type { Request } from "../queues/queue.ts";

/** Numbered requests in chunks. */
export function* requests(from: number, to: number, perChunk: number): Generator<Request[]> {
  for (let first = from; first < to; first += perChunk) {
    yield Array.from({ length: Math.min(perChunk, to - first) }, (_, index) => ({ i: first + index }));
  }
}
