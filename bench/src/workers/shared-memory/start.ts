import { type MessagePort, parentPort, workerData } from "node:worker_threads";

/** What a thread is given. */
export interface Given {
  readonly shared: SharedArrayBuffer;
  readonly ports: readonly MessagePort[];
  readonly batch: number;
}

/** What a receiver saw. */
export interface Seen {
  readonly seen: number;
  readonly sum: number;
}

export type Role = (given: Given) => (count: number) => Promise<Seen | undefined> | Seen | undefined;

/** Says that it is ready; then plays its role as often as it is told to, and says what it saw. */
export function play(roles: Readonly<Record<string, Role>>): void {
  const given = workerData as Given & { readonly role: string };
  const act = roles[given.role]?.(given);
  parentPort?.on("message", async (count: number) => parentPort?.postMessage((await act?.(count)) ?? "done", []));
  parentPort?.postMessage("ready", []);
}
