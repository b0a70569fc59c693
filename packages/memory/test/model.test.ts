import type { Delivery, FrameOptions } from "@job-orch/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bench, take } from "./bench.ts";

/** What a frame has to be by now, kept beside the transport in the plainest way. */
interface Known {
  readonly id: string;
  state: "waiting" | "held" | "completed" | "dead" | "cancelled";
  attempts: number;
  fence: number;
  notBeforeMs: number;
}

const options = fc.record(
  { priority: fc.nat(9), orderKey: fc.constantFrom("k", "l"), inMs: fc.integer({ min: 0, max: 200 }) },
  { requiredKeys: [] },
);
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("send" as const), options }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("take" as const), max: fc.integer({ min: 1, max: 4 }), who: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("ack" as const), at: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("retry" as const), at: fc.nat(), delayMs: fc.constantFrom(0, 30), charge: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("dead" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("extend" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stale" as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), byMs: fc.constantFrom(1, 40, 120) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const), who: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "redrive" as const }) },
);

const LEASE_MS = 100;

test("whatever happens, every frame is in exactly one state, comes with the right attempt, and nothing is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60, size: "max" }), async (commands) => {
      const { transport, clock, send, receiver } = await bench({ retention: { completed: 1_000, dead: 1_000 } });
      const receivers = [await receiver({ leaseMs: LEASE_MS, maxInFlight: 5 }), await receiver({ leaseMs: LEASE_MS, maxInFlight: 5 })];
      const known = new Map<string, Known>();
      let held: { delivery: Delivery; who: number; untilMs: number }[] = [];
      const stale: { delivery: Delivery; who: number }[] = [];
      const of = (delivery: Delivery): Known => known.get(delivery.frame.id)!;

      const lapse = (): void => {
        for (const one of held.filter(({ untilMs }) => untilMs <= clock.now())) {
          held = held.filter((other) => other !== one);
          stale.push(one);
          of(one.delivery).state = "waiting";
        }
      };
      const settle = (at: number, outcome: Parameters<(typeof receivers)[0]["settle"]>[0][0]["outcome"]): Delivery | undefined => {
        const one = held[at % Math.max(1, held.length)];
        if (one === undefined) return undefined;
        expect(receivers[one.who]!.settle([{ delivery: one.delivery, outcome }])).toBeUndefined();
        if (outcome.kind === "extend") one.untilMs = clock.now() + outcome.leaseMs;
        else held = held.filter((other) => other !== one);
        return one.delivery;
      };

      for (const one of commands) {
        if (one.kind === "send") {
          const id = String(known.size);
          const { inMs, ...rest } = one.options;
          const frameOptions: FrameOptions = inMs === undefined ? rest : { ...rest, dueMs: clock.now() + inMs };
          await send({ id, body: id, options: Object.keys(frameOptions).length === 0 ? undefined : frameOptions });
          known.set(id, { id, state: "waiting", attempts: 0, fence: 0, notBeforeMs: frameOptions.dueMs ?? 0 });
        } else if (one.kind === "take") {
          const got = await take(receivers[one.who]!, one.max);
          expect(got.length).toBeLessThanOrEqual(one.max);
          for (const delivery of got) {
            const frame = of(delivery);
            expect(frame.state).toBe("waiting");
            expect(frame.notBeforeMs).toBeLessThanOrEqual(clock.now());
            expect(delivery.attempt).toBe(++frame.attempts);
            expect(delivery.fence).toBeGreaterThan(frame.fence);
            frame.fence = delivery.fence;
            frame.state = "held";
            held.push({ delivery, who: one.who, untilMs: clock.now() + LEASE_MS });
          }
          for (const who of [0, 1]) expect(held.filter((other) => other.who === who).length).toBeLessThanOrEqual(5);
        } else if (one.kind === "ack") {
          const delivery = settle(one.at, { kind: "ack" });
          if (delivery !== undefined) of(delivery).state = "completed";
        } else if (one.kind === "dead") {
          const delivery = settle(one.at, { kind: "dead", reason: { name: "Error", message: "" } });
          if (delivery !== undefined) of(delivery).state = "dead";
        } else if (one.kind === "extend") settle(one.at, { kind: "extend", leaseMs: 150 });
        else if (one.kind === "retry") {
          const delivery = settle(one.at, { kind: "retry", delayMs: one.delayMs, charge: one.charge });
          if (delivery !== undefined) {
            Object.assign(of(delivery), { state: "waiting", notBeforeMs: clock.now() + one.delayMs });
            if (!one.charge) of(delivery).attempts--;
          }
        } else if (one.kind === "stale") {
          const late = stale[one.at % Math.max(1, stale.length)];
          if (late !== undefined)
            expect(receivers[late.who]!.settle([{ delivery: late.delivery, outcome: { kind: "ack" } }])).toEqual({ lost: [late.delivery] });
        } else if (one.kind === "advance") {
          await clock.advance(one.byMs);
          lapse();
        } else if (one.kind === "cancel") {
          const frame = [...known.values()][one.at % Math.max(1, known.size)];
          if (frame === undefined) continue;
          expect(await transport.cancel("work", frame.id)).toBe(
            frame.state === "waiting" ? "cancelled" : frame.state === "held" ? "in-flight" : "unknown",
          );
          if (frame.state === "waiting") frame.state = "cancelled";
        } else if (one.kind === "reopen") {
          await receivers[one.who]![Symbol.asyncDispose]();
          for (const mine of held.filter(({ who }) => who === one.who)) {
            Object.assign(of(mine.delivery), { state: "waiting", notBeforeMs: 0 });
            of(mine.delivery).attempts--;
          }
          held = held.filter(({ who }) => who !== one.who);
          for (let index = stale.length; index-- > 0;) if (stale[index]!.who === one.who) stale.splice(index, 1);
          receivers[one.who] = await receiver({ leaseMs: LEASE_MS, maxInFlight: 5 });
        } else {
          const dead = [...known.values()].filter(({ state }) => state === "dead");
          expect(await transport.redrive("work")).toBe(dead.length);
          for (const frame of dead) Object.assign(frame, { state: "waiting", attempts: 0, notBeforeMs: 0 });
        }
        const count = (state: Known["state"]): number => [...known.values()].filter((frame) => frame.state === state).length;
        const { ready, delayed, inFlight, completed, cancelled, dead } = await transport.depth("work");
        expect({ waiting: ready + delayed, inFlight, completed, cancelled, dead }).toEqual({
          waiting: count("waiting"),
          inFlight: count("held"),
          completed: count("completed"),
          cancelled: count("cancelled"),
          dead: count("dead"),
        });
      }

      // In the end all that waits can be had, each frame once.
      await clock.advance(1_000);
      lapse();
      const last = await receiver({ maxInFlight: 1_000 });
      const rest: string[] = [];
      for (let got = await take(last); got.length > 0; got = await take(last)) {
        rest.push(...got.map(({ frame: { id } }) => id));
        await last.settle(got.map((delivery) => ({ delivery, outcome: { kind: "ack" } })));
      }
      expect(rest.sort()).toEqual(
        [...known.values()]
          .filter(({ state }) => state === "waiting")
          .map(({ id }) => id)
          .sort(),
      );
    }),
    { numRuns: 150 },
  );
}, 60_000);
