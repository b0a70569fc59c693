import { fileURLToPath } from "node:url";
import { processes } from "@job-orch/processes";
import { threads, type ThreadOptions } from "@job-orch/threads";
import { placedActors, type PlacedActorsOptions, poolHosts, type PoolHostsOptions } from "../../src/index.ts";
import { type Note, notes, type Page } from "../fixtures/notes.ts";

export type Kind = "threads" | "processes";
/** What both kinds of pools can be told. */
export type HostingOptions = Pick<ThreadOptions, "size" | "concurrency" | "recycle">;

/** Two workers that serve the notes. */
export function notesPool(kind: Kind, options: HostingOptions = {}) {
  const both = { size: 2, concurrency: 16, ...options };
  if (kind === "threads") return threads(notes, new URL("../fixtures/notes.worker.ts", import.meta.url), both);
  const worker = fileURLToPath(new URL("../fixtures/notes.child.ts", import.meta.url));
  return processes(notes, { command: process.execPath, args: [worker], output: "events", ...both });
}

export interface WorldOptions {
  readonly pool?: HostingOptions;
  readonly placed?: Partial<PlacedActorsOptions<Note>>;
  readonly hosts?: Partial<PoolHostsOptions<Note>>;
}

/** Two workers, each a host of notes. */
export async function world(kind: Kind, { pool: poolOptions, placed: placedOptions, hosts: hostOptions }: WorldOptions = {}) {
  const key = ({ key: own }: Note): string => own;
  const store = new Map<string, string>();
  const pool = notesPool(kind, poolOptions);
  const placed = placedActors<Note, Page>({ key, ...placedOptions });
  const hosts = poolHosts(pool, { key, places: 2, snapshots: store, ...hostOptions });
  await hosts.joinTo(placed);
  return {
    store,
    pool,
    placed,
    hosts,
    [Symbol.asyncDispose]: async () => {
      await hosts.close();
      await placed.close();
      await pool.close();
    },
  };
}
