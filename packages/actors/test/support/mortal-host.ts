import type { CacheStore } from "@job-orch/core";
import type { ActorHost, LocalHost } from "../../src/index.ts";

/** A host that can die: from then on nothing comes from it, as from a process that was killed. */
export interface MortalHost<Request, Response> extends ActorHost<Request, Response> {
  readonly kill: () => void;
  readonly isDead: () => boolean;
  readonly local: LocalHost<Request, Response>;
}

/** `make` gets the store as this host sees it: what a dead one writes does not arrive. */
export function mortalHost<Request, Response>(
  store: Map<string, string>,
  make: (snapshots: CacheStore, isDead: () => boolean) => LocalHost<Request, Response>,
): MortalHost<Request, Response> {
  let dead = false;
  const isDead = (): boolean => dead;
  const snapshots: CacheStore = {
    get: async (key) => store.get(key),
    set: async (key, text) => (dead ? true : store.set(key, text)),
    delete: async (key) => (dead ? true : store.delete(key)),
  };
  const local = make(snapshots, isDead);
  const unlessDead = <Value>(promise: Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => void (dead || resolve(value)),
        (error: unknown) => void (dead || reject(error as Error)),
      );
    });
  return {
    id: local.id,
    local,
    isDead,
    kill: () => {
      dead = true;
    },
    send: (partition, epoch, request, begun) => unlessDead(local.send(partition, epoch, request, () => void (dead || begun()))),
    release: (partition, epoch) => unlessDead(local.release(partition, epoch)),
  };
}
