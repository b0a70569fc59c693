import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const parent = fileURLToPath(new URL("../../../.job-orch/", import.meta.url));
/** Source: statfs(2), TMPFS_MAGIC. */
const TMPFS = 0x01021994;

/** The path of a database that does not exist yet, on the disk of this workspace; it is gone when the process ends. */
export function scratchFile(): string {
  mkdirSync(parent, { recursive: true });
  if (statfsSync(parent).type === TMPFS) throw new Error(`${parent} is not on a disk, so a durable commit would cost nothing here`);
  const folder = mkdtempSync(join(parent, "bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "bench.db");
}
