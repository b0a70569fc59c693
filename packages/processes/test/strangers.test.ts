import { test } from "vitest";
import { damagedFrames, idleSockets, oversizes, slowHello } from "./faults/strangers.ts";

// The long runs are in test/faults; this is enough to know that they would pass.
test("idle and half-open connections: an honest worker goes on", () => idleSockets(300));
test("flipped bits: the pool goes on", () => damagedFrames(24));
test("lengths that nobody can mean are refused", () => oversizes());
test("a hello that does not come costs a place for 10 s and no longer", { timeout: 30_000 }, () => slowHello());
