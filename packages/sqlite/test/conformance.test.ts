import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformance, spawnHolder } from "@job-orch/conformance";
import { DatabaseSync } from "node:sqlite";
import { afterAll, test } from "vitest";
import { sqlite } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "job-orch-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, "jobs.db");
const capacity = { frames: 20 } as const;

conformance({
  test,
  harness: {
    name: "sqlite",
    open: async () => sqlite(path),
    peer: async () => sqlite(path),
    crash: () => spawnHolder(new URL("./fixtures/holder.ts", import.meta.url), [path]),
    bounded: { frames: capacity.frames, open: async () => sqlite(path, { capacity }) },
    leftovers: countLeftovers,
    slowMs: 8_000,
    quietMs: 200,
  },
  results: new URL("../../../docs/guarantees/sqlite.json", import.meta.url),
});

/** Anonymous subscriptions and their frames. */
function countLeftovers(): number {
  const db = new DatabaseSync(path);
  const { count } = db
    .prepare(
      `select (select count(*) from jo_queues where grp is null) 
        + (select count(*) from jo_frames where queue not in (select id from jo_queues)) as count`,
    )
    .get() as { readonly count: number };
  db.close();
  return count;
}
