import { conformance, spawnHolder } from "@job-orch/conformance";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { directoryTransport } from "../directory-transport.ts";

const root = mkdtempSync(join(tmpdir(), "job-orch-directory-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open = async () => directoryTransport(root);

conformance({
  test,
  harness: {
    name: "directory",
    open,
    peer: open,
    crash: () => spawnHolder(new URL("./directory-holder.ts", import.meta.url), [root]),
    leftovers: () => foldersOfListeners(join(root, "broadcast")),
    slowMs: 8_000,
    quietMs: 100,
  },
});

function foldersOfListeners(broadcasts: string): number {
  const channels = readdirSync(root).includes("broadcast") ? readdirSync(broadcasts) : [];
  return channels.reduce((count, channel) => count + readdirSync(join(broadcasts, channel)).length, 0);
}
