import { catchHostMutants } from "@job-orch/conformance";
import { test } from "vitest";
import { harness } from "../support/harness.ts";

// What a host in line promises too is broken there, at no cost (packages/link).
catchHostMutants({ test, harness, filter: ({ needs }) => needs.includes("isolated") });
