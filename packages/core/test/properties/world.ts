import { FakeClock, turns } from "@job-orch/test-support";
import { expect } from "vitest";
import { ConnectionError, type HostedProcessor, processor, type Receiver, type Running, start, type Transport } from "../../src/index.ts";
import { stopNow } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

/** What a request's job does: how often it fails first, and whether it takes its time. */
export interface Plan {
  readonly failures: number;
  readonly later: boolean;
  readonly unmendable: boolean;
}

export interface Asked {
  readonly at: number;
  readonly plan: Plan;
}

export type Command =
  | { readonly kind: "send"; readonly plan: Plan; readonly key: number | undefined; readonly deadlineMs: number | undefined }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "finish"; readonly at: number }
  | { readonly kind: "cancel"; readonly at: number }
  | { readonly kind: "toggle"; readonly which: number; readonly graceMs: number }
  | { readonly kind: "pause"; readonly which: number; readonly paused: boolean }
  | { readonly kind: "hiccup"; readonly calls: number }
  | { readonly kind: "deafen"; readonly deaf: boolean };

export interface Setting {
  readonly transactional: boolean;
  readonly delay: boolean;
  /** The store's answers take a turn or two, so that they may cross with a stop or a pause. */
  readonly slow: boolean;
  readonly concurrency: number;
}

class Unmendable extends Error {}

const ATTEMPTS = 3;
const CRASHES = 40; // leases are lost on purpose here
const CHANNEL = "modelled";

type Host = HostedProcessor<Asked, number, void, Transport, typeof CHANNEL>;

/** Two processors on one store, driven by commands, with everything that can be observed of them. */
export class World {
  readonly clock = new FakeClock();
  readonly store = memory({ clock: this.clock });
  readonly accepted: { readonly id: string; readonly key: number | undefined }[] = [];
  readonly responses = new Map<string, string[]>();
  readonly ends = new Map<string, string[]>();
  /** Begins by key, in order. */
  readonly begun: { readonly id: string; readonly key: number | undefined; readonly attempt: number }[] = [];
  readonly overlaps: string[] = [];
  /** Begun by a processor that had stopped. */
  readonly unruly: string[] = [];
  readonly overrun: number[] = [];
  readonly #pending: { readonly id: string; readonly finish: () => void }[] = [];
  readonly #failed = new Map<string, number>();
  readonly #busyKeys = new Map<number, string>();
  readonly #keys = new Map<string, number>();
  readonly #hosts: readonly Host[];
  readonly #busy = [0, 0];
  readonly #running: (Running | undefined)[] = [undefined, undefined];
  readonly #setting: Setting;
  #listening: Promise<void> | undefined;
  #hiccups = 0;
  #deaf = false;
  /** Then two may hold one request, or one key, until the first hears of it. */
  #everDeaf = false;
  #chance = 42;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#hosts = [this.#host(0), this.#host(1)];
  }

  /** Listens to the responses before anything is sent. */
  async open(): Promise<void> {
    const receiver = await this.#hosts[0]?.responseReceiver();
    if (receiver === undefined) return;
    this.#listening = (async () => {
      for await (const { id, result } of receiver) {
        const kinds = this.responses.get(id) ?? [];
        kinds.push(result.ok ? "completed" : kindOf(result.error));
        this.responses.set(id, kinds);
      }
    })();
  }

  async do(command: Command): Promise<void> {
    switch (command.kind) {
      case "send":
        return this.#send(command);
      case "advance":
        return this.clock.advance(command.ms);
      case "finish":
        return this.#finish(command.at);
      case "cancel":
        return this.#cancel(command.at);
      case "toggle":
        return this.#toggle(command.which, command.graceMs);
      case "pause":
        return command.paused ? this.#hosts[command.which]?.pause() : this.#hosts[command.which]?.resume();
      case "hiccup":
        this.#hiccups = command.calls;
        return;
      case "deafen":
        this.#deaf = command.deaf;
        this.#everDeaf ||= command.deaf;
    }
  }

  /** Everything works again: what was accepted must come to its end now. */
  async heal(): Promise<void> {
    this.#deaf = false;
    this.#hiccups = 0;
    await this.clock.advance(10_000); // what was stopping has stopped
    for (const [which, host] of this.#hosts.entries()) {
      host.resume();
      if (this.#running[which] === undefined) this.#toggle(which, 0);
    }
    for (let round = 0; round < 200 && !(await this.#atRest()); round++) {
      while (this.#pending.length > 0) this.#finish(0);
      await this.clock.advance(500);
    }
  }

  async close(): Promise<void> {
    for (const running of this.#running) if (running !== undefined) await stopNow(running);
    await Promise.all(this.#hosts.map((host) => host.close()));
    await this.#listening;
    await this.store[Symbol.asyncDispose]();
  }

  async stateOf(id: string): Promise<string | undefined> {
    return (await this.store.history(CHANNEL, id))?.record.state;
  }

  async #atRest(): Promise<boolean> {
    const { ready, delayed, inFlight } = await this.store.depth(CHANNEL);
    return ready + delayed + inFlight === 0 && this.#pending.length === 0;
  }

  #host(which: number): Host {
    const { transactional, delay, concurrency } = this.#setting;
    const transport: Transport = tampered(this.store, {
      capabilities: { transactional, delay },
      wrapReceiver: ({ name }, receiver) => (name === CHANNEL ? this.#disturbed(receiver) : receiver),
    });
    const job = plainJob({ name: CHANNEL, run: (asked: Asked, _resources, context) => this.#run(which, asked, context) });
    const host = processor(job, {
      transport,
      concurrency,
      leaseMs: 900,
      timeoutMs: 5_000,
      graceMs: 1_000,
      retry: { attempts: ATTEMPTS, crashes: CRASHES, never: [Unmendable], backoff: { kind: "exponential", baseMs: 100 } },
      environment: { clock: this.clock, random: () => this.#random() },
    });
    for (const name of ["succeeded", "dead", "cancelled"] as const) {
      host.on(name, ({ id }) => void this.ends.set(id, [...(this.ends.get(id) ?? []), name]));
    }
    return host;
  }

  #disturbed(receiver: Receiver): Receiver {
    return {
      ...receiver,
      receive: async (max, signal) => {
        const got = await receiver.receive(max, signal);
        if (this.#setting.slow) await turns(1 + Math.floor(this.#random() * 2));
        return got;
      },
      settle: async (settlements) => {
        const extends_ = settlements.some(({ outcome }) => outcome.kind === "extend"); // those may not fail: the lease would be lost
        if (!extends_ && this.#hiccups > 0 && this.#hiccups-- > 0) throw new ConnectionError("a hiccup", { retry: "later" });
        if (this.#setting.slow) await turns(Math.floor(this.#random() * 2));
        return receiver.settle(this.#deaf ? settlements.filter(({ outcome }) => outcome.kind !== "extend") : settlements);
      },
    };
  }

  #run(
    which: number,
    { at, plan }: Asked,
    { id, attempt, signal }: { readonly id: string; readonly attempt: number; readonly signal: AbortSignal },
  ): number | Promise<number> {
    const key = this.#keys.get(id);
    this.begun.push({ id, key, attempt });
    if (this.#running[which] === undefined) this.unruly.push(id);
    const busy = (this.#busy[which] = (this.#busy[which] ?? 0) + 1);
    if (busy > this.#setting.concurrency) this.overrun.push(busy);
    if (key !== undefined && this.#busyKeys.has(key) && !this.#everDeaf) this.overlaps.push(`${id} while ${this.#busyKeys.get(key)}`);
    if (key !== undefined) this.#busyKeys.set(key, id);
    const over = (): void => {
      this.#busy[which] = (this.#busy[which] ?? 1) - 1;
      if (key !== undefined && this.#busyKeys.get(key) === id) this.#busyKeys.delete(key);
    };
    const end = (): number => {
      const failed = this.#failed.get(id) ?? 0;
      if (failed >= plan.failures) return at;
      this.#failed.set(id, failed + 1);
      throw plan.unmendable ? new Unmendable("no use") : new Error(`failure ${failed + 1}`);
    };
    if (!plan.later) {
      try {
        return end();
      } finally {
        over();
      }
    }
    return new Promise<void>((resolve, reject) => {
      const pending = { id, finish: resolve };
      this.#pending.push(pending);
      signal.addEventListener("abort", () => {
        const place = this.#pending.indexOf(pending);
        if (place >= 0) this.#pending.splice(place, 1);
        reject(signal.reason as Error);
      });
    })
      .then(end)
      .finally(over);
  }

  async #send({ plan, key, deadlineMs }: Extract<Command, { kind: "send" }>): Promise<void> {
    const at = this.accepted.length;
    const id = `r${at}`;
    if (key !== undefined) this.#keys.set(id, key);
    const deadline = deadlineMs === undefined ? {} : { deadline: this.clock.now() + deadlineMs };
    await this.#hosts[0]?.send({ at, plan }, { id, ...deadline, ...(key === undefined ? {} : { orderKey: `k${key}` }) });
    this.accepted.push({ id, key });
  }

  #finish(at: number): void {
    if (this.#pending.length === 0) return;
    const [pending] = this.#pending.splice(at % this.#pending.length, 1);
    pending?.finish();
  }

  async #cancel(at: number): Promise<void> {
    const asked = this.accepted[at % Math.max(1, this.accepted.length)];
    if (asked !== undefined) await this.#hosts[1]?.cancel(asked.id);
  }

  #toggle(which: number, graceMs: number): void {
    const host = this.#hosts[which];
    const running = this.#running[which];
    if (running === undefined && host !== undefined) this.#running[which] = start(host);
    else if (running !== undefined) {
      const stopped = graceMs === 0 ? stopNow(running) : running.stop({ graceMs });
      void stopped.then(() => (this.#running[which] = undefined)); // until then it cannot be started again
    }
  }

  #random(): number {
    this.#chance = (this.#chance * 1_103_515_245 + 12_345) % 2 ** 31;
    return this.#chance / 2 ** 31;
  }
}

function kindOf(error: Error & { readonly code?: unknown }): string {
  return error.code === "ERR_CANCELLED" || error.code === "ERR_DEADLINE" ? "cancelled" : "dead";
}

/** Does the commands one after the other, heals, and checks what must hold whatever they were. */
export async function play(setting: Setting, commands: readonly Command[], mayRepeat: boolean): Promise<void> {
  const world = new World(setting);
  try {
    await world.open();
    for (const command of commands) {
      await world.do(command);
      await turns(1);
    }
    await world.heal();
    await turns();
    await judge(world, mayRepeat);
  } finally {
    await world.close();
  }
}

async function judge(world: World, mayRepeat: boolean): Promise<void> {
  const ends = await Promise.all(world.accepted.map(async ({ id }) => [id, await world.stateOf(id)] as const));
  for (const [id, state] of ends) {
    expect(["completed", "dead", "cancelled"], `the end of ${id}`).toContain(state);
    const heard = world.responses.get(id) ?? [];
    if (mayRepeat) expect(heard, `responses to ${id}`).toContain(state);
    else expect(heard, `responses to ${id}`).toEqual([state]);
  }
  expect(world.overrun, "more at once than the concurrency").toEqual([]);
  expect(world.unruly, "begun after a stop").toEqual([]);
  expect(world.overlaps, "two of one key at once").toEqual([]);
  for (const key of [0, 1]) {
    const firsts = [...new Set(world.begun.filter((begin) => begin.key === key).map(({ id }) => Number(id.slice(1))))];
    expect(firsts, `order of key ${key}`).toEqual(firsts.toSorted((one, other) => one - other));
  }
}
