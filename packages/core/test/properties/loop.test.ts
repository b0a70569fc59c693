import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  record,
} from "fast-check";
import { describe, it } from "vitest";
import { type Command, play, type Setting } from "./world.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 100);

const plan = record({
  failures: oneof({ weight: 3, arbitrary: constant(0) }, { weight: 2, arbitrary: integer({ min: 1, max: 4 }) }),
  later: boolean(),
  unmendable: oneof({ weight: 5, arbitrary: constant(false) }, { weight: 1, arbitrary: constant(true) }),
});
const send = record({
  kind: constant("send" as const),
  plan,
  key: option(integer({ min: 0, max: 1 }), { nil: undefined }),
  deadlineMs: option(constantFrom(50, 400, 3_000), { nil: undefined, freq: 6 }),
});
const advance = record({ kind: constant("advance" as const), ms: constantFrom(1, 20, 150, 700, 2_000, 6_000) });
const finish = record({ kind: constant("finish" as const), at: nat(50) });
const cancel = record({ kind: constant("cancel" as const), at: nat(50) });
const toggle = record({ kind: constant("toggle" as const), which: integer({ min: 0, max: 1 }), graceMs: constantFrom(0, 300, 5_000) });
const pause = record({ kind: constant("pause" as const), which: integer({ min: 0, max: 1 }), paused: boolean() });
const deafen = record({ kind: constant("deafen" as const), deaf: boolean() });

/** Some of everything, and more of what makes work. */
const peaceful = oneof(
  { weight: 6, arbitrary: send },
  { weight: 4, arbitrary: advance },
  { weight: 4, arbitrary: finish },
  { weight: 2, arbitrary: toggle },
  { weight: 1, arbitrary: cancel },
  { weight: 1, arbitrary: pause },
);
const hiccup = record({ kind: constant("hiccup" as const), calls: integer({ min: 1, max: 3 }) });
const bumpy: Arbitrary<Command> = oneof({ weight: 18, arbitrary: peaceful }, { weight: 1, arbitrary: hiccup });
const troubled: Arbitrary<Command> = oneof({ weight: 18, arbitrary: bumpy }, { weight: 1, arbitrary: deafen });

function holds(setting: Setting, command: Arbitrary<Command>, mayRepeat: boolean): Promise<void> {
  const commands = array(command, { minLength: 5, maxLength: 80, size: "max" });
  return assert(
    asyncProperty(commands, (sequence) => play(setting, sequence, mayRepeat)),
    { seed, numRuns, endOnFailure: false },
  );
}

describe("whatever is sent, fails, is cancelled, stopped and paused: every request comes to exactly one end", () => {
  it(
    "on a transactional store, with one response each",
    () => holds({ transactional: true, delay: true, slow: false, concurrency: 2 }, bumpy, false),
    60_000,
  );

  it("on one that takes its time", () => holds({ transactional: true, delay: true, slow: true, concurrency: 3 }, bumpy, false), 60_000);

  it(
    "also when leases are lost under way",
    () => holds({ transactional: true, delay: true, slow: true, concurrency: 3 }, troubled, false),
    60_000,
  );

  it(
    "without transactions, without delays",
    () => holds({ transactional: false, delay: false, slow: true, concurrency: 2 }, peaceful, false),
    60_000,
  );

  it(
    "without transactions, when settlements fail and leases are lost: at least one response",
    () => holds({ transactional: false, delay: true, slow: true, concurrency: 2 }, troubled, true),
    60_000,
  );
});
