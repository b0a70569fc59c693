import { test } from "vitest";
import { damagedFrames, idleSockets, oversizes, slowHello } from "./strangers.ts";

const smoke = process.env["JOB_ORCH_FAULTS"] === "smoke";

test("5,000 idle and half-open connections: an honest worker goes on, memory stays bounded", () => idleSockets(smoke ? 500 : 5_000));
test("single bits flipped in frames: honest workers and the pool go on", () => damagedFrames(smoke ? 50 : 1_500));
test("lengths of 4 GiB, lines without end, nesting without end", () => oversizes());
test("slow and silent hellos", () => slowHello());
