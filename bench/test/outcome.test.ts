import { expect, it } from "vitest";
import { BEST_PEER, type Case, type Contender, type Role } from "../src/harness/case.ts";
import { quantile, toFigures } from "../src/harness/figures.ts";
import { reaches, toOutcome } from "../src/harness/outcome.ts";
import { toTable } from "../src/harness/table.ts";

function contender(name: string, role: Role): Contender {
  return { name, role, measure: () => Promise.reject(new Error("not measured here")) };
}

const faster: Case = {
  id: "faster",
  what: "something",
  unit: "jobs/s",
  better: "higher",
  contenders: [contender("we", "ours"), contender("one", "peer"), contender("two", "peer"), contender("most", "limit")],
  bar: [{ against: "one", times: 2 }],
  aim: [
    { against: "two", times: 1 },
    { against: "most", times: 0.5 },
  ],
};
const smaller: Case = {
  ...faster,
  id: "smaller",
  unit: "bytes",
  better: "lower",
  bar: [{ against: 300, times: 1 }],
  aim: [{ against: "one", times: 0.5 }],
};

function figures(values: Readonly<Record<string, number>>) {
  return new Map(Object.entries(values).map(([name, value]) => [name, toFigures(name, [value])]));
}

it("ours is weighed against the best peer and the limit, as one line says it", () => {
  expect(toOutcome("ground", faster, figures({ we: 300, one: 100, two: 400, most: 1_000 }))).toEqual({
    ground: "ground",
    case: "faster",
    ours: 300,
    unit: "jobs/s",
    peers: { one: 100, two: 400 },
    limit: 1_000,
    ratioToBestPeer: 0.75,
    ratioToLimit: 0.3,
    bar: "≥ 2× one",
    aim: "≥ 1× two and ≥ 0.5× most",
    holds: true,
  });
});

it("where less is better the best peer is the lowest, and a bar may be a number", () => {
  const outcome = toOutcome("ground", smaller, figures({ we: 301, one: 100, two: 400, most: 10 }));
  expect(outcome).toMatchObject({ ratioToBestPeer: 3.01, ratioToLimit: 30.1, bar: "≤ 300 bytes", aim: "≤ 0.5× one", holds: false });
  expect(toOutcome("ground", smaller, figures({ we: 300, one: 100, two: 400, most: 10 })).holds).toBe(true);
});

it("without peers or a limit their ratios are null", () => {
  const alone: Case = { ...faster, contenders: [contender("we", "ours")], bar: [], aim: [] };
  expect(toOutcome("ground", alone, figures({ we: 5 }))).toMatchObject({
    peers: {},
    limit: null,
    ratioToBestPeer: null,
    ratioToLimit: null,
  });
});

it("a mark may be against the best peer, whichever that is", () => {
  const marked: Case = { ...faster, bar: [{ against: BEST_PEER, times: 0.5 }] };
  expect(toOutcome("ground", marked, figures({ we: 300, one: 601, two: 400, most: 1_000 }))).toMatchObject({
    holds: false,
    bar: "≥ 0.5× the best peer",
  });
  expect(toOutcome("ground", marked, figures({ we: 300, one: 100, two: 600, most: 1_000 })).holds).toBe(true);
  const smallest: Case = { ...smaller, bar: [{ against: BEST_PEER, times: 1 }] };
  expect(toOutcome("ground", smallest, figures({ we: 100, one: 100, two: 400, most: 10 })).holds).toBe(true);
  expect(toOutcome("ground", smallest, figures({ we: 101, one: 100, two: 400, most: 10 })).holds).toBe(false);
});

it("every mark must be reached", () => {
  const median = new Map([
    ["two", 100],
    ["most", 400],
  ]);
  const medianOf = (name: string): number => median.get(name) ?? Number.NaN;
  expect(reaches(faster, faster.aim, 200, medianOf)).toBe(true);
  expect(reaches(faster, faster.aim, 199, medianOf)).toBe(false);
});

it("a mark against something that was not measured is not reached", () => {
  expect(reaches(faster, [{ against: "nobody", times: 1 }], 1e9, () => Number.NaN)).toBe(false);
});

it("the table says whom ours was compared with, and what became of bar and aim", () => {
  const found = figures({ we: 300, one: 200, two: 400, most: 1_000 });
  const table = toTable(faster, toOutcome("ground", faster, found), found, false);
  expect(table).toContain("ground/faster: something");
  expect(table).toMatch(/^\* we +300 jobs\/s$/m);
  expect(table).toMatch(/^ {2}limit: most +1\.00k jobs\/s +ours is 0\.300×$/m);
  expect(table).toContain("bar ≥ 2× one: DOES NOT HOLD; aim ≥ 1× two and ≥ 0.5× most: not reached");
});

it("the median of an even count is the mean of the two in the middle", () => {
  expect(toFigures("x", [4, 1, 3, 2])).toEqual({ name: "x", median: 2.5, least: 1, most: 4 });
  expect(toFigures("x", [9, 1, 5]).median).toBe(5);
  expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6);
});
