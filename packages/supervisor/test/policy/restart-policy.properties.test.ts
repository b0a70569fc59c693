import { FakeClock } from "@job-orch/test-support";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExitClass, exitClasses, isFailure, RestartPolicy } from "../../src/index.ts";
import { PolicyModel } from "./policy-model.ts";

const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 300);
const SLOTS = 4;
const slot = fc.nat(SLOTS - 1);
const exitClass = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<ExitClass>("crash", "startFailure") },
  { weight: 1, arbitrary: fc.constantFrom(...exitClasses) },
);

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("start" as const), slot }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("up" as const), slot }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("exit" as const), slot, exitClass }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("work" as const), slot, pieces: fc.constantFrom(1, 400, 1_000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 90, 700, 5_000, 31_000, 60_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), slot }) },
);

type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;

function setting(random: number) {
  const clock = new FakeClock(0);
  const policy = new RestartPolicy(SLOTS, { environment: { clock, random: () => random }, intensity: { failures: 2 } });
  const model = new PolicyModel({ slots: SLOTS, most: 2, random });
  return { clock, policy, model };
}

type Setting = ReturnType<typeof setting>;

/** Does what a host would do, and only that: it starts what may start, and ends what runs. */
function play({ clock, policy, model }: Setting, { kind, ...rest }: Command): void {
  const at = "slot" in rest ? rest.slot : 0;
  const phase = model.phase(at);
  if (kind === "start" && phase === "down" && policy.mayStart(at) === 0) {
    expect(model.underProbation()).toBeLessThanOrEqual(model.oneByOne() ? 0 : SLOTS);
    policy.starting(at);
    model.starting(at);
  } else if (kind === "up" && phase === "starting") {
    policy.started(at);
    model.started(at);
  } else if (kind === "exit" && phase !== "down" && "exitClass" in rest) {
    const verdict = policy.exited(at, rest.exitClass);
    model.exited(at, rest.exitClass);
    expect(verdict.failure).toBe(isFailure(rest.exitClass));
  } else if (kind === "work" && phase === "up" && "pieces" in rest) {
    policy.worked(at, rest.pieces);
    model.worked(at, rest.pieces);
  } else if (kind === "wait" && "ms" in rest) {
    clock.jump(rest.ms);
    model.wait(rest.ms);
  } else if (kind === "forget") {
    policy.forget(at);
    model.forget(at);
  }
}

describe("whatever starts, fails and recovers", () => {
  it("the policy says what its history says", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120, size: "max" }), fc.constantFrom(0, 0.5, 0.999), (commands, random) => {
        const all = setting(random);
        for (const one of commands) {
          play(all, one);
          expect(all.policy.state).toBe(all.model.state());
          for (let at = 0; at < SLOTS; at++) {
            if (all.model.phase(at) === "down") expect(all.policy.mayStart(at)).toBe(all.model.mayStart(at));
          }
        }
      }),
      { numRuns },
    );
  });

  it("everything is up again soon once nothing fails any more", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80, size: "max" }), (commands) => {
        const all = setting(0.999);
        const { clock, policy, model } = all;
        for (const one of commands) play(all, one);
        const slots = Array.from({ length: SLOTS }, (_, at) => at);
        let waitedMs = 0;
        for (; slots.some((at) => model.phase(at) !== "up"); clock.jump(1_000), model.wait(1_000), waitedMs += 1_000) {
          for (const at of slots) {
            play(all, { kind: "start", slot: at });
            play(all, { kind: "up", slot: at });
          }
          expect(waitedMs).toBeLessThanOrEqual(70_000); // the longest backoff, and the longest a probe takes to prove itself, with room
        }
        clock.jump(5_000);
        expect(policy.state).toBe("ok");
      }),
      { numRuns },
    );
  });
});
