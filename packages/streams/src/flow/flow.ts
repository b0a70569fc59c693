import { ProcessError } from "@job-orch/core";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Planner } from "../plan/planner.ts";
import type { ChunkSize } from "../plan/chunk-size.ts";
import { transportCostUs } from "../plan/transport-cost.ts";
import type { Source } from "../source/source.ts";
import { isTypedArray, toShared, type TypedArray } from "../typed-array.ts";
import { ChunkRun } from "../worker/chunk-run.ts";
import { compile, type Compiled } from "../worker/compile.ts";
import { type Items, pack, type Packed, unpackList } from "../work/pack.ts";
import { isWanted, stopAll, stopBehind, stopFlag } from "../work/stop-flag.ts";
import { Told, type Work } from "../work/work.ts";
import type { ChunkResult } from "./chunk-result.ts";
import { type Crew, notServed } from "./crew.ts";
import { endCalls } from "./end-calls.ts";
import { Finished } from "./finished.ts";

export interface FlowOptions {
  readonly work: Work;
  readonly functions: object;
  readonly order: "keep" | "any";
  /** Chunks per worker that may be under way or undelivered. */
  readonly window: number;
  readonly signal: AbortSignal | undefined;
  readonly crew: Crew;
  readonly planner: Planner;
  readonly size: ChunkSize;
  /** Every chunk but the last is full, however slow the source is. */
  readonly exact: boolean;
  /** Once workers that share our memory are to work: leave the rest to somebody else. */
  readonly handsOver: boolean;
}

/** Work here gives everybody else a turn after this. Units: milliseconds. */
const LONGEST_TURN_MS = 8;
/** What an element costs that nobody sends: its share of a range. Units: microseconds. */
const SHARED_US = 0.001;
/** The trial begins with one item. */
const MOST_TRIAL_ITEMS = 256;

/**
 * From a source through the workers to whoever asks: takes a chunk only when there is room for one, hands each to a worker or
 * runs it here, and delivers what they came to.
 */
export class Flow {
  readonly #options: FlowOptions;
  readonly #source: Source;
  readonly #compiled: Compiled;
  readonly #flag = stopFlag();
  readonly #finished: Finished;
  readonly #ending = new AbortController();
  readonly #calls = new Set<Promise<void>>();
  #shares = false;
  #sharedView: TypedArray | undefined;
  #seq = 0;
  /** Chunks that were begun and not delivered. */
  #outstanding = 0;
  #trialSize = 1;
  #turnBeganMs = 0;
  #began = false;
  /** No chunk comes any more. */
  #drained = false;
  #over = false;
  /** Whether there was an error or a find, behind which nothing is wanted. */
  #cut = false;
  /** Whether chunks were not delivered. */
  #skipped = false;
  #handedOver: Items | undefined;
  #failure: readonly [unknown] | undefined;
  #wakeConsumer: (() => void) | undefined;
  #wakePump: (() => void) | undefined;

  /** Errors: `ERR_OPTION` when a function is missing. */
  constructor(source: Source, options: FlowOptions) {
    this.#source = source;
    this.#options = options;
    this.#compiled = compile(options.work, options.functions);
    this.#finished = new Finished(options.order);
    options.signal?.addEventListener("abort", this.#abort, { once: true });
    if (options.signal?.aborted === true) this.#abort();
  }

  /** The first items that somebody else is to work on, after the end. */
  get handedOver(): Items | undefined {
    return this.#handedOver;
  }

  /** What the next chunk came to; `undefined` at the end. Errors: the reason of an aborted signal. */
  async next(): Promise<ChunkResult | undefined> {
    if (!this.#began) void this.#pump();
    this.#began = true;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure[0];
      const result = this.#finished.take();
      if (result !== undefined) {
        this.#outstanding--;
        this.#wakePump?.();
        return result;
      }
      if (this.#drained && this.#outstanding === 0) {
        // A worker gave up chunks for an error or a find of its own, and never told: it crashed, and its pool began again.
        if (this.#skipped && !this.#cut)
          throw new ProcessError("Chunks were given up for an error that did not come", { retry: "unknown" });
        return undefined;
      }
      await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
      this.#wakeConsumer = undefined;
    }
  }

  /** Ends all of it. Promise: no worker works on it any more, or its pool was told to end it. Errors: what closing the source throws. */
  async stop(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#giveUp();
    if (!this.#shares) this.#ending.abort();
    await Promise.all([this.#source.close(), endCalls(this.#calls, this.#ending)]);
  }

  readonly #abort = (): void => {
    this.#failure = [this.#options.signal?.reason];
    this.#giveUp();
    this.#wakeConsumer?.();
  };

  #giveUp(): void {
    this.#over = true;
    stopAll(this.#flag);
    this.#wakePump?.();
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        while (!this.#over && this.#outstanding >= this.#most()) await this.#room();
        if (this.#over) break;
        const items = await this.#source.take(this.#nextSize(), this.#isHungry);
        if (items === undefined) break;
        if (this.#over) break;
        await this.#begin(items);
      }
    } catch (error) {
      this.#outstanding++;
      this.#arrived(this.#seq++, { items: [], failure: [error] });
    }
    this.#drained = true;
    this.#wakeConsumer?.();
  }

  /** Items run here one chunk at a time: nothing is gained by being ahead of who asks. */
  #most(): number {
    const { planner, window, crew } = this.#options;
    return planner.where === "workers" ? window * crew.size : 1;
  }

  async #room(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wakePump = resolve));
    this.#wakePump = undefined;
  }

  /** Whether a chunk that is not full had better go now. */
  readonly #isHungry = (): boolean => !this.#options.exact && this.#outstanding < Math.min(this.#options.crew.size, this.#most() - 1);

  #nextSize(): number {
    const { planner, size, crew } = this.#options;
    const wanted = size.next(this.#source.left, crew.size);
    if (planner.where !== "undecided") return wanted;
    const trial = this.#trialSize;
    this.#trialSize = Math.min(trial * 2, MOST_TRIAL_ITEMS);
    return Math.min(trial, wanted);
  }

  async #begin(items: Items): Promise<void> {
    const { planner, crew } = this.#options;
    if (planner.where !== "workers") return this.#runHere(items);
    this.#shares = await crew.shares();
    if (this.#over) return;
    if (this.#shares && this.#options.handsOver) {
      this.#handedOver = items;
      this.#over = true;
      return;
    }
    const seq = this.#seq++;
    this.#outstanding++;
    const call = this.#runThere(seq, items).then(
      (result) => this.#arrived(seq, result),
      (error: unknown) => this.#arrived(seq, { items: [], failure: [error] }),
    );
    this.#calls.add(call);
    void call.then(() => this.#calls.delete(call));
  }

  async #runHere(items: Items): Promise<void> {
    const { planner, size, work, handsOver } = this.#options;
    const seq = this.#seq++;
    this.#outstanding++;
    const run = new ChunkRun(this.#compiled, items, { flag: this.#flag, seq });
    const beganMs = performance.now();
    if (this.#turnBeganMs === 0) this.#turnBeganMs = beganMs;
    const waits = run.run();
    if (waits !== undefined) await waits;
    const endedMs = performance.now();
    if (planner.where === "here") size.observe(run.passed, endedMs - beganMs);
    const { left } = this.#source;
    const sent = isTypedArray(items.values) ? undefined : items;
    const costUs = (): number => (handsOver ? SHARED_US : transportCostUs(sent, run.results));
    planner.ranHere(run.passed, endedMs - beganMs, costUs, left);
    const { results, found, failure } = run;
    this.#arrived(seq, { items: results, found, failure, ...(work.end.kind === "fold" ? { sum: [run.sum] } : {}) });
    if (endedMs - this.#turnBeganMs < LONGEST_TURN_MS) return;
    await nextTurn();
    this.#turnBeganMs = 0;
  }

  async #runThere(seq: number, items: Items): Promise<ChunkResult> {
    const { crew, work, order, size, planner } = this.#options;
    const stop = this.#shares ? { stop: this.#flag } : {};
    const request = { ...stop, ask: "chunk", work, seq, ordered: order === "keep", items: this.#pack(items) } as const;
    const { told, items: came, found, sum, error } = await crew.chunk(request, this.#ending.signal);
    const tookMs = (told[Told.WorkUs] ?? 0) / 1_000;
    const passed = told[Told.Passed] ?? 0;
    size.observe(passed, tookMs);
    planner.ranThere(passed, tookMs);
    const list = unpackList(came);
    const ends = found !== undefined || error !== undefined || !isWanted(this.#flag, seq);
    const isFull = work.end.kind === "list" && list.length >= (work.end.most ?? Number.POSITIVE_INFINITY);
    if (!ends && !isFull && passed !== items.end - items.start) throw notServed(); // no item may be lost unseen
    return { items: list, found, sum, failure: error === undefined ? undefined : [crew.toError(error)] };
  }

  #pack({ values, start, end }: Items): Packed {
    if (!isTypedArray(values)) return pack(values as readonly unknown[], this.#shares);
    if (!this.#shares) return { list: Array.from(values.subarray(start, end) as ArrayLike<unknown>) };
    this.#sharedView ??= toShared(values);
    return { view: this.#sharedView, start, end };
  }

  #arrived(seq: number, result: ChunkResult): void {
    if (result.failure !== undefined || result.found !== undefined) {
      this.#cut = true;
      this.#over = true;
      this.#wakePump?.();
      if (this.#options.order === "any") stopAll(this.#flag);
      else stopBehind(this.#flag, seq);
    } else if (!isWanted(this.#flag, seq)) {
      this.#skipped = true;
      this.#outstanding--; // it may have stopped half-way, and nobody is to see that
      if (this.#drained) this.#wakeConsumer?.();
      return;
    }
    this.#finished.put(seq, result);
    this.#wakeConsumer?.();
  }
}
