import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import { Crew } from "./flow/crew.ts";
import { Flow } from "./flow/flow.ts";
import { eachChunk } from "./flow/each-chunk.ts";
import { Sum } from "./flow/sum.ts";
import { sweepRest } from "./flow/sweep-rest.ts";
import { TargetWriter } from "./flow/target-writer.ts";
import { functionOf } from "./functions.ts";
import type { Settings } from "./parallel-options.ts";
import type { ReduceOptions } from "./parallel-stream.ts";
import { ChunkSize } from "./plan/chunk-size.ts";
import type { Plan } from "./plan/plan.ts";
import { Planner } from "./plan/planner.ts";
import { openSource } from "./source/open-source.ts";
import { isTypedArray, type TypedArray } from "./typed-array.ts";
import type { End, Stage } from "./work/work.ts";

/** Chunks of a fold that is to be the same every time, where nobody says how long they are. */
const DETERMINISTIC_ITEMS = 1_024;
const LIST: End = { kind: "list" };

/** How one pass through the source differs from another. */
interface Pass {
  readonly chunk?: number;
  readonly force?: boolean;
  readonly order?: "keep";
  readonly exact?: boolean;
  readonly handsOver?: boolean;
}

/** A parallel stream, without its types. */
export class Stream {
  readonly #source: unknown;
  readonly #settings: Settings;
  readonly #stages: readonly Stage[];
  readonly #crew: Crew;
  #planner: Planner;

  constructor(source: unknown, settings: Settings, stages: readonly Stage[]) {
    this.#source = source;
    this.#settings = settings;
    this.#stages = stages;
    this.#crew = new Crew(settings.pool, settings);
    this.#planner = this.#newPlanner(settings.force);
  }

  get plan(): Plan {
    return this.#planner.plan;
  }

  readonly explain = (): string => {
    const { where, why, itemUs, transportUs } = this.plan;
    const place = where === "here" ? "The items are worked on here" : where === "workers" ? "Workers work on the items" : "Not decided yet";
    const measured = itemUs === undefined ? "" : ` (${shown(itemUs)} of work per item, ${shown(transportUs)} to send it)`;
    return `${place}: ${why}${measured}.`;
  };

  readonly map = (name: string): Stream => this.#with("map", name);

  readonly filter = (name: string): Stream => this.#with("filter", name);

  readonly toArray = async (): Promise<unknown[]> => {
    const all: unknown[] = [];
    await eachChunk(this.#flow(LIST), ({ items }) => {
      for (const item of items) all.push(item);
      return true;
    });
    return all;
  };

  readonly take = async (count: number): Promise<unknown[]> => {
    whole("count", count, 0, Number.MAX_SAFE_INTEGER);
    const all: unknown[] = [];
    if (count === 0) return all;
    await eachChunk(this.#flow({ kind: "list", most: count }), ({ items }) => {
      for (let at = 0; at < items.length && all.length < count; at++) all.push(items[at]);
      return all.length < count;
    });
    return all;
  };

  readonly find = async (name: string): Promise<unknown> => (await this.#search(name, true))?.[0];

  readonly some = async (name: string): Promise<boolean> => (await this.#search(name, true)) !== undefined;

  readonly every = async (name: string): Promise<boolean> => (await this.#search(name, false)) === undefined;

  readonly forEach = async (name: string): Promise<void> => {
    const end: End = { kind: "each", name };
    const flow = this.#flow(end, { handsOver: true });
    await eachChunk(flow, () => true);
    await this.#sweep(flow, end, undefined, this.#settings.order, undefined);
  };

  readonly reduce = async (name: string, options: ReduceOptions<unknown, string>): Promise<unknown> => {
    if (typeof options !== "object" || options === null || !("identity" in options))
      throw new OptionError("reduce(…) takes the name of a function and { identity, combine }");
    const { identity, combine, deterministic = false } = options;
    const sum = new Sum(identity, functionOf(this.#settings.functions, combine));
    const end: End = { kind: "fold", name, identity };
    // Nothing is measured here for it: where the first chunk ends must not depend on how long it takes.
    const pass: Pass = deterministic
      ? { chunk: this.#settings.chunk ?? DETERMINISTIC_ITEMS, force: true, order: "keep", exact: true, handsOver: true }
      : { handsOver: true };
    const flow = this.#flow(end, pass);
    await eachChunk(flow, async ({ sum: partial }) => {
      if (partial !== undefined) await sum.add(partial[0]);
      return true;
    });
    const sums = await this.#sweep(flow, end, undefined, pass.order ?? this.#settings.order, pass.chunk);
    for (const partial of sums) await sum.add(partial);
    return sum.value;
  };

  readonly into = async (target: TypedArray): Promise<TypedArray> => {
    if (!isTypedArray(target)) throw new OptionError("into(…) takes a typed array");
    const writer = new TargetWriter(target);
    const flow = this.#flow(LIST, { handsOver: true });
    await eachChunk(flow, ({ items }) => {
      writer.write(items);
      return true;
    });
    await this.#sweep(flow, LIST, writer, this.#settings.order, undefined);
    return writer.filled;
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    const flow = this.#flow(LIST);
    let ended = false;
    try {
      for (let result = await flow.next(); result !== undefined; result = await flow.next()) {
        yield* result.items;
        if (result.failure !== undefined) throw result.failure[0];
      }
      ended = true;
    } catch (error) {
      ended = true;
      await flow.stop().catch(() => undefined); // the first error is the one that counts
      throw error;
    } finally {
      if (!ended) await flow.stop();
    }
    await flow.stop();
  }

  #with(kind: Stage["kind"], name: string): Stream {
    functionOf(this.#settings.functions, name);
    return new Stream(this.#source, this.#settings, [...this.#stages, { kind, name }]);
  }

  async #search(name: string, wanted: boolean): Promise<readonly [unknown] | undefined> {
    let found: readonly [unknown] | undefined;
    await eachChunk(this.#flow({ kind: "find", name, wanted }), (result) => {
      found = result.found;
      return found === undefined;
    });
    return found;
  }

  #flow(end: End, { chunk, force, order, exact = false, handsOver = false }: Pass = {}): Flow {
    const { functions, window, signal } = this.#settings;
    if (end.kind !== "list") functionOf(functions, end.name); // before the source is touched
    this.#planner = this.#newPlanner(force ?? this.#settings.force);
    return new Flow(openSource(this.#source), {
      work: { stages: this.#stages, end },
      functions,
      order: order ?? this.#settings.order,
      window,
      signal,
      crew: this.#crew,
      planner: this.#planner,
      size: new ChunkSize(chunk ?? this.#settings.chunk),
      exact,
      handsOver: handsOver && isTypedArray(this.#source),
    });
  }

  /** What the flow left, in shared memory. */
  async #sweep(flow: Flow, end: End, writer: TargetWriter | undefined, order: "keep" | "any", chunk: number | undefined) {
    const rest = flow.handedOver;
    if (rest === undefined) return [];
    const { written, sums } = await sweepRest((rest.values as TypedArray).subarray(rest.start), {
      work: { stages: this.#stages, end },
      crew: this.#crew,
      order,
      signal: this.#settings.signal,
      step: chunk ?? this.#settings.chunk,
      itemUs: this.#planner.itemUs,
      target: writer?.rest,
    });
    writer?.skip(written);
    return sums;
  }

  #newPlanner(force: boolean): Planner {
    return new Planner({ force, workers: () => this.#crew.size, onPlan: this.#settings.onPlan });
  }
}

function shown(us: number | undefined): string {
  return us === undefined || !Number.isFinite(us) ? "unknown" : `${us.toFixed(us < 10 ? 2 : 0)} µs`;
}
