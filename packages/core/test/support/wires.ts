// By path, not by name: core must not list an adapter among its dependencies, not even for its tests.
import { memory, type MemoryOptions, type MemoryTransport } from "../../../memory/src/index.ts";

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
