export type { Isolation, MemoryCapabilities } from "./capabilities.ts";
export { type FromObservableOptions, fromObservable } from "./from-observable.ts";
export { memory, type MemoryTransport } from "./memory-transport.ts";
export type { MemoryOptions } from "./options.ts";
export { toObservable } from "./to-observable.ts";
