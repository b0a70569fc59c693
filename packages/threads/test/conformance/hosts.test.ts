import { hostConformance } from "@job-orch/conformance";
import { test } from "vitest";
import { QuotaError } from "../fixtures/jobs.ts";
import { pool } from "../support/pool.ts";

hostConformance({ test, harness: { name: "threads", open: (options) => pool(options), errorClass: QuotaError, slowMs: 10_000 } });
