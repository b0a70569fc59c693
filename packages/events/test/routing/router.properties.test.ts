import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Predicate, router, type Subscription, subjectRouter } from "../../src/index.ts";
import { naive, naiveSubject } from "./support/naive.ts";

interface Event {
  readonly type: string;
  readonly a: string | number | boolean | null;
  readonly n: number;
  readonly deep: { readonly text: string; readonly n: number };
}

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 300);

const text = fc.constantFrom("", "a", "ab", "abc", "b", "__proto__", "constructor", "a".repeat(70), `${"a".repeat(64)}b`);
const number = fc.constantFrom(-Infinity, -1.5, -0, 0, 1, 2, 2.5, 3, 10, Infinity);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const field = fc.constantFrom("type", "a", "n", "deep.text", "deep.n", "missing", "deep", "deep.text.length", "constructor", "toString");
const comparison = fc.oneof(
  { weight: 4, arbitrary: fc.record({ field, op: fc.constant("eq"), value: scalar }) },
  fc.record({ field, op: fc.constant("ne"), value: scalar }),
  fc.record({ field, op: fc.constant("in"), values: fc.array(scalar, { maxLength: 12 }) }),
  fc.record({ field, op: fc.constant("exists") }),
  fc.record({ field, op: fc.constantFrom("lt", "lte", "gt", "gte"), value: number }),
  { weight: 2, arbitrary: fc.record({ field, op: fc.constant("range"), min: number, max: number }) },
  fc.record({ field, op: fc.constantFrom("prefix", "suffix", "contains"), value: text }),
);
const { predicate } = fc.letrec<{ predicate: unknown }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.record({ and: fc.array(tie("predicate"), { maxLength: 4 }) }),
    fc.record({ or: fc.array(tie("predicate"), { maxLength: 4 }) }),
    fc.record({ not: tie("predicate") }),
  ),
}));
const full = fc.record({ type: text, a: scalar, n: fc.oneof(number, fc.constant(Number.NaN)), deep: fc.record({ text, n: number }) });
const event = fc.oneof(
  { weight: 8, arbitrary: full },
  fc.constantFrom<unknown>(null, undefined, 7, "abc", [], {}, { deep: null }, { deep: "text" }),
);

describe("a compiled router and asking every rule one after the other", () => {
  it("find the same targets in the same order, also while rules come and go", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: predicate }) },
      { weight: 3, arbitrary: fc.record({ publish: event }) },
      fc.record({ remove: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: "max" }), (steps) => {
        const routed = router<Event>();
        let rules: { readonly id: number; readonly predicate: unknown; readonly subscription: Subscription }[] = [];
        let heard: number[] = [];
        for (const [id, one] of steps.entries()) {
          if ("add" in one) {
            const subscription = routed.on(one.add as Predicate<Event>, () => void heard.push(id));
            rules.push({ id, predicate: one.add, subscription });
          } else if ("remove" in one) {
            const rule = rules[one.remove % Math.max(1, rules.length)];
            rule?.subscription();
            rules = rules.filter((other) => other !== rule);
          } else {
            heard = [];
            const expected = rules.filter((rule) => naive(rule.predicate, one.publish)).map((rule) => rule.id);
            expect(routed.publish(one.publish as Event)).toBe(expected.length);
            expect(heard).toEqual(expected);
          }
        }
      }),
      { seed, numRuns },
    );
  });

  it("agree on intervals that overlap in every way, more than are looked through one by one", () => {
    const bounds = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })), {
      minLength: 70,
      maxLength: 260,
      size: "max",
    });
    fc.assert(
      fc.property(bounds, fc.array(fc.nat(400), { maxLength: 100 }), (pairs, removals) => {
        const routed = router<{ readonly n: number }>();
        const live = new Map<number, readonly [number, number]>(pairs.entries());
        let heard: number[] = [];
        const subscriptions = pairs.map(([min, max], id) => routed.on({ field: "n", op: "range", min, max }, () => void heard.push(id)));
        const compare = (): void => {
          for (let n = -1; n <= 61; n += 0.5) {
            heard = [];
            void routed.publish({ n });
            expect(heard).toEqual([...live].filter(([, [min, max]]) => min <= n && n <= max).map(([id]) => id));
          }
        };
        compare();
        for (const removal of removals) {
          subscriptions[removal % pairs.length]?.();
          live.delete(removal % pairs.length);
        }
        compare();
      }),
      { seed, numRuns: Math.ceil(numRuns / 6) },
    );
  });

  it("agree when most keys are gone again, and on keys that look alike", () => {
    // Same length, same ends: only a whole comparison tells these from each other.
    const key = fc
      .tuple(fc.nat(40), fc.constantFrom("ab", "ba"))
      .map(([n, tail]) => `key-${String(n).padStart(2, "0")}${"x".repeat(n % 3)}-${tail}-end`);
    const wanted = fc.oneof(
      fc.record({ field: fc.constantFrom("type", "a"), op: fc.constant("eq"), value: key }),
      fc.record({ field: fc.constant("type"), op: fc.constant("prefix"), value: key.map((text) => text.slice(0, 9)) }),
      fc.record({ field: fc.constant("n"), op: fc.constant("eq"), value: fc.constantFrom(0, -0, 0.5, 2 ** 31, 2 ** 53, -Infinity) }),
    );
    const rule = fc.oneof(wanted, fc.record({ and: fc.tuple(wanted, wanted) }), fc.record({ or: fc.tuple(wanted, wanted) }));
    const published = fc.record({ type: key, a: key, n: fc.constantFrom(-0, 0, 0.5, 2 ** 31, 2 ** 53, -Infinity, Number.NaN) });
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 60, maxLength: 200, size: "max" }),
        fc.array(rule, { maxLength: 60, size: "max" }),
        fc.array(published, { minLength: 20, maxLength: 40, size: "max" }),
        (first, second, events) => {
          const routed = router<Event>();
          let heard: number[] = [];
          let nextId = 0;
          const on = (one: unknown) => {
            const id = nextId++;
            return { id, rule: one, stop: routed.on(one as Predicate<Event>, () => void heard.push(id)) };
          };
          const compare = (rules: readonly ReturnType<typeof on>[]): void => {
            for (const one of events) {
              heard = [];
              void routed.publish(one as unknown as Event);
              expect(heard).toEqual(rules.filter((own) => naive(own.rule, one)).map((own) => own.id));
            }
          };
          const before = first.map(on);
          compare(before);
          const kept = before.filter(({ id }) => id % 7 === 0);
          for (const { id, stop } of before) if (id % 7 !== 0) stop();
          compare(kept);
          compare([...kept, ...second.map(on)]);
        },
      ),
      { seed, numRuns: Math.ceil(numRuns / 6) },
    );
  });

  it("agree on narrow spans that lie unevenly, and on numbers beyond all of them", () => {
    const begin = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(-1e300, 1e300, 5e-324, -0),
      fc.integer({ min: 1e6, max: 1e6 + 40 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(begin, fc.constantFrom(0, 1e-9, 0.01, 3)), { minLength: 70, maxLength: 200, size: "max" }), (spans) => {
        const routed = router<{ readonly n: number }>();
        let heard: number[] = [];
        const rules = spans.map(([min, width], id) => {
          const rule = { field: "n", op: "range", min, max: min + width } as const;
          routed.on(rule, () => void heard.push(id));
          return rule;
        });
        const edges = rules.flatMap(({ min, max }) => [min, max, min + (max - min) / 2]);
        for (const n of [...edges, -Infinity, Infinity, Number.NaN, 1e6 + 20.5]) {
          heard = [];
          void routed.publish({ n });
          expect(heard).toEqual([...rules.keys()].filter((id) => naive(rules[id], { n })));
        }
      }),
      { seed, numRuns: Math.ceil(numRuns / 6) },
    );
  });

  it("agree on subjects, also those that were remembered before a rule came or went", () => {
    const token = fc.constantFrom("a", "b", "__proto__", "constructor");
    const pattern = fc
      .tuple(fc.array(fc.oneof({ weight: 2, arbitrary: token }, fc.constant("*")), { maxLength: 4 }), fc.boolean())
      .map(([tokens, open]) => (open || tokens.length === 0 ? [...tokens, ">"] : tokens));
    const step = fc.oneof(
      { weight: 2, arbitrary: fc.record({ add: pattern }) },
      { weight: 4, arbitrary: fc.record({ publish: fc.array(token, { minLength: 1, maxLength: 5 }) }) },
      fc.record({ remove: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80, size: "max" }), (steps) => {
        const routed = subjectRouter<number>();
        let rules: { readonly id: number; readonly pattern: readonly string[]; readonly subscription: Subscription }[] = [];
        let heard: number[] = [];
        for (const [id, one] of steps.entries()) {
          if ("add" in one) {
            rules.push({ id, pattern: one.add, subscription: routed.on(one.add.join("."), () => void heard.push(id)) });
          } else if ("remove" in one) {
            const rule = rules[one.remove % Math.max(1, rules.length)];
            rule?.subscription();
            rules = rules.filter((other) => other !== rule);
          } else {
            heard = [];
            expect(routed.publish(one.publish.join("."), id)).toBe(heard.length);
            expect(heard).toEqual(rules.filter((rule) => naiveSubject(rule.pattern, one.publish)).map((rule) => rule.id));
          }
        }
      }),
      { seed, numRuns },
    );
  });
});
