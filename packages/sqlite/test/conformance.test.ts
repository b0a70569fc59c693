import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformance, type Holder } from "@job-orch/conformance";
import { DatabaseSync } from "node:sqlite";
import { afterAll, test } from "vitest";
import { sqlite } from "../src/index.ts";
import { Peer } from "./support/peer.ts";

const folder = mkdtempSync(join(tmpdir(), "job-orch-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, "jobs.db");
const options = {} as const;
const capacity = { frames: 20 } as const;

conformance({
  test,
  harness: {
    name: "sqlite",
    open: async () => sqlite(path, options),
    peer: async () => sqlite(path, options),
    crash: spawnHolder,
    bounded: { frames: capacity.frames, open: async () => sqlite(path, { ...options, capacity }) },
    leftovers: countLeftovers,
    slowMs: 8_000,
    quietMs: 200,
  },
  results: new URL("../../../docs/guarantees/sqlite.json", import.meta.url),
});

async function spawnHolder(): Promise<Holder> {
  const peer = await Peer.start(path, options);
  return {
    hold: (channel, receiveOptions, count) => peer.hold(channel, receiveOptions, count),
    send: (channel, frames) =>
      peer.send(
        channel,
        frames.map((frame) => ({ ...frame, body: new TextDecoder().decode(frame.body as Uint8Array) })),
      ),
    consume: async (channel, receiveOptions, onAcked) => {
      peer.onAcked = onAcked;
      await peer.consume(channel, receiveOptions);
    },
    block: (durationMs) => peer.block(durationMs),
    kill: () => peer.kill(),
  };
}

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
