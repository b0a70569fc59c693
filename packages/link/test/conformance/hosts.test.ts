import { hostConformance } from "@job-orch/conformance";
import { test } from "vitest";
import { harness } from "../support/harness.ts";

hostConformance({ test, harness });
