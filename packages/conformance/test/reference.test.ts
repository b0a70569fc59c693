import { test } from "vitest";
import { conformance, plainReference, processLeaseReference, referenceHarness } from "../src/index.ts";

conformance({ test, harness: referenceHarness() });
conformance({ test, harness: plainReference() });
conformance({ test, harness: processLeaseReference() });
