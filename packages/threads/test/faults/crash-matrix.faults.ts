import { test } from "vitest";
import { crashMatrix, ways } from "./crash-matrix.ts";

const times = process.env["JOB_ORCH_FAULTS"] === "smoke" ? 3 : Number(process.env["JOB_ORCH_CRASHES"] ?? 1_000);

test.for(ways)(`%s, ${times} times: nothing is left unsettled and the pool works on`, (way) => crashMatrix(way, times));
