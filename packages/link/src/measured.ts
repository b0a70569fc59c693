import type { WorkerLink } from "./worker-link.ts";

/** A link that can tell how much memory its worker uses. */
export interface Measured {
  /** Units: bytes. `totalBytes` counts what is outside its heap too. Zeros when it cannot be told any more. */
  readonly memory: () => Promise<{ readonly heapBytes: number; readonly totalBytes: number }>;
}

export function isMeasured(link: WorkerLink): link is WorkerLink & Measured {
  return "memory" in link;
}
