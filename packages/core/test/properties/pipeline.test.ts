import { FakeClock, turns } from "@job-orch/test-support";
import { array, assert, asyncProperty, boolean, constant, constantFrom, integer, nat, oneof, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { flatMap, pipe, processor, type Running, start, type Transport } from "../../src/index.ts";
import { stopNow } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { sorted } from "../support/sorted.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 60);

const command = oneof(
  { weight: 5, arbitrary: record({ kind: constant("send" as const), parts: nat(3) }) },
  { weight: 4, arbitrary: record({ kind: constant("advance" as const), ms: constantFrom(1, 30, 400, 1_500) }) },
  { weight: 3, arbitrary: record({ kind: constant("turn" as const), turns: integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: record({ kind: constant("toggle" as const), hurry: boolean() }) },
  { weight: 1, arbitrary: record({ kind: constant("refuse" as const), sends: integer({ min: 1, max: 3 }) }) },
);

/** Two stores, three stages, one response that becomes several: split → each (on the other store) → last. */
class Chain {
  readonly clock = new FakeClock();
  readonly stores = [memory({ clock: this.clock }), memory({ clock: this.clock })] as const;
  readonly expected: string[] = [];
  readonly arrived: string[] = [];
  readonly #environment = { clock: this.clock, random: () => 0.5 };
  readonly #chain: ReturnType<Chain["build"]>;
  #running: Running | undefined;
  readonly #transactional: boolean;
  #refusals = 0;

  constructor(transactional: boolean) {
    this.#transactional = transactional;
    this.#chain = this.build();
  }

  build() {
    const [left, right] = this.stores.map((store) => this.#store(store));
    const environment = this.#environment;
    if (left === undefined || right === undefined) throw new RangeError("two stores");
    const split = plainJob({ name: "split", run: (parts: number) => Array.from({ length: parts }, (_, at) => at) });
    const each = plainJob({ name: "each", run: async (at: number) => (await turns(1), at) });
    const last = plainJob({ name: "last", run: (_: number, _resources, { id }) => void this.arrived.push(id) });
    return pipe(
      processor(split, { transport: left, environment, concurrency: 3 }),
      flatMap((list: readonly number[]) => list),
      processor(each, { transport: right, environment, concurrency: 3 }),
      processor(last, { transport: left, environment }),
    );
  }

  async send(parts: number): Promise<void> {
    const id = await this.#chain.send(parts);
    this.expected.push(...Array.from({ length: parts }, (_, at) => `${id}.${at}`));
  }

  async toggle(hurry: boolean): Promise<void> {
    const running = this.#running;
    if (running === undefined) this.#running = start(this.#chain);
    else {
      this.#running = undefined;
      await (hurry ? stopNow(running) : Promise.all([running.stop(), this.clock.advance(30_000)]));
    }
  }

  refuse(sends: number): void {
    this.#refusals = sends;
  }

  async heal(): Promise<void> {
    this.#refusals = 0;
    if (this.#running === undefined) await this.toggle(false);
    for (let round = 0; round < 60 && this.arrived.length < this.expected.length; round++) await this.clock.advance(1_000);
    await this.clock.advance(5_000); // what would come twice has time to
  }

  async close(): Promise<void> {
    if (this.#running !== undefined) await stopNow(this.#running);
    await this.#chain.close();
    for (const store of this.stores) await store[Symbol.asyncDispose]();
  }

  #store(store: Transport): Transport {
    return tampered(store, {
      capabilities: { transactional: this.#transactional },
      onSend: ({ name }) => {
        if ((name === "each" || name === "last") && this.#refusals > 0 && this.#refusals-- > 0) throw new Error("not now");
      },
    });
  }
}

describe("whatever a pipeline goes through: what was sent arrives at its end", () => {
  it.each([true, false])(
    "each part once, under its own id (transactional: %s)",
    (transactional) => {
      const commands = array(command, { minLength: 3, maxLength: 40, size: "max" });
      return assert(
        asyncProperty(commands, async (sequence) => {
          const chain = new Chain(transactional);
          try {
            for (const one of sequence) {
              if (one.kind === "send") await chain.send(one.parts);
              else if (one.kind === "advance") await chain.clock.advance(one.ms);
              else if (one.kind === "turn") await turns(one.turns);
              else if (one.kind === "toggle") await chain.toggle(one.hurry);
              else chain.refuse(one.sends);
            }
            await chain.heal();
            expect(sorted(chain.arrived)).toEqual(sorted(chain.expected));
          } finally {
            await chain.close();
          }
        }),
        { seed, numRuns },
      );
    },
    60_000,
  );
});
