import type { Capabilities } from "@job-orch/core";
import type { Settings } from "./options.ts";

/** What the SQLite transport promises. */
export interface SqliteCapabilities extends Capabilities {
  /** `machine` with `synchronous: "full"` (the default) on a file, `process` with `"normal"`, `none` in `":memory:"`. */
  readonly durable: "machine" | "process" | "none";
  readonly ordered: "key";
  readonly delay: true;
  readonly priority: true;
  readonly dedupe: true;
  readonly groups: true;
  readonly replay: false;
  readonly lease: "process";
  readonly transactional: true;
  /** `process` in `":memory:"` and with `access: "exclusive"`. */
  readonly scope: "host" | "process";
  readonly wire: "bytes";
}

export function toCapabilities({ path, synchronous, exclusive, maxFrameBytes }: Settings): SqliteCapabilities {
  return Object.freeze({
    durable: path === ":memory:" ? "none" : synchronous === "full" ? "machine" : "process",
    ordered: "key",
    delay: true,
    priority: true,
    dedupe: true,
    groups: true,
    replay: false,
    lease: "process",
    transactional: true,
    maxFrameBytes,
    scope: exclusive ? "process" : "host",
    wire: "bytes",
  });
}
