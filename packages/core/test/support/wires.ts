import { memory, type MemoryOptions, type MemoryTransport } from "@job-orch/memory";

export type TestTransport = MemoryTransport<"none"> | MemoryTransport<"codec">;

export interface Wire {
  readonly wire: "reference" | "codec";
  readonly open: (options?: Omit<MemoryOptions, "isolation">) => TestTransport;
}

/** Both ways a value can travel: as it is, and as the bytes that a real wire would carry. */
export const wires: readonly Wire[] = [
  { wire: "reference", open: (options) => memory({ ...options, isolation: "none" }) },
  { wire: "codec", open: (options) => memory({ ...options, isolation: "codec" }) },
];

export { memory };
