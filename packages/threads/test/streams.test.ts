import { rows, streamsAsPromised } from "@job-orch/test-support";
import { describe, test } from "vitest";
import { type ThreadOptions, threads } from "../src/index.ts";

const url = new URL("./fixtures/rows.worker.ts", import.meta.url);
const open = (options: ThreadOptions<typeof rows> = {}) => threads(rows, url, { size: 1, ...options });

describe.each(["event", "park", "spin"] as const)("jobs on threads yield, woken by %s", (wake) => {
  streamsAsPromised({ test, open: (options) => open({ wake, ...options }), isolated: true, copies: true });
});
