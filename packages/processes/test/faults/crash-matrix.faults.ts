import { describe, test } from "vitest";
import { acks, crashMatrix, ways } from "./crash-matrix.ts";

const times = process.env["JOB_ORCH_FAULTS"] === "smoke" ? 3 : Number(process.env["JOB_ORCH_CRASHES"] ?? 1_000);

describe.for(acks)('acks: "%s"', (announced) => {
  test.for(ways)(`%s, ${times} times: nothing is left unsettled and the pool works on`, (way) => crashMatrix(way, announced, times));
});
