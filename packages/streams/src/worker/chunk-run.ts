import { OptionError } from "@job-orch/core";
import { isPromise } from "@job-orch/core/substrate";
import type { StageFunction } from "../functions.ts";
import type { Items } from "../work/pack.ts";
import { isWanted } from "../work/stop-flag.ts";
import { type Compiled, freshIdentity, Step, type Target } from "./compile.ts";

/** Says whether to go on, where others can tell. */
export interface Wanted {
  readonly flag: Int32Array | undefined;
  readonly seq: number;
}

/**
 * One chunk through all stages, item by item. Functions that answer at once cost no promise; one that does not is waited for
 * before the next item begins.
 */
export class ChunkRun {
  readonly results: unknown[] = [];
  /** How many items were given to the functions and came through. */
  passed = 0;
  /** How many were written to the target. */
  written = 0;
  found: readonly [unknown] | undefined;
  sum: unknown;
  failure: readonly [unknown] | undefined;
  readonly #compiled: Compiled;
  readonly #items: Items;
  readonly #wanted: Wanted;
  readonly #target: Target | undefined;
  readonly #most: number;
  /** Where it stands: the item, the step, and what the item is by now. */
  #at: number;
  #step = 0;
  #value: unknown;
  #ended = false;

  constructor(compiled: Compiled, items: Items, wanted: Wanted, target?: Target) {
    const { end } = compiled;
    this.#compiled = compiled;
    this.#items = items;
    this.#wanted = wanted;
    this.#target = target;
    this.#at = items.start;
    this.#most = end.kind === "list" ? (end.most ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    this.sum = freshIdentity(end);
  }

  /** Runs to the end. A promise only when a function returned one; it never rejects: see `failure`. */
  run(): PromiseLike<void> | undefined {
    try {
      const waits = this.#advance();
      return waits === undefined ? undefined : this.#later(waits);
    } catch (error) {
      this.failure = [error];
      return undefined;
    }
  }

  async #later(first: PromiseLike<unknown>): Promise<void> {
    try {
      for (let waits: PromiseLike<unknown> | undefined = first; waits !== undefined; waits = this.#advance()) {
        if (this.#settle(this.#step, await waits)) this.#step++;
        else this.#nextItem();
      }
    } catch (error) {
      this.failure = [error];
    }
  }

  /** Until the end, or until a function has to be waited for. */
  #advance(): PromiseLike<unknown> | undefined {
    const { steps, functions } = this.#compiled;
    const { values, end } = this.#items;
    const { flag, seq } = this.#wanted;
    if (this.#target !== undefined && this.#step === 0 && steps.length === 1 && steps[0] === Step.Map) return this.#mapInto(this.#target);
    while (!this.#ended && this.#at < end) {
      if (this.#step === 0) {
        if (flag !== undefined && !isWanted(flag, seq)) return undefined;
        this.#value = values[this.#at];
      }
      let goesOn = true;
      while (goesOn && this.#step < steps.length) {
        const step = this.#step;
        const call = functions[step] as StageFunction;
        const returned = steps[step] === Step.Fold ? call(this.sum, this.#value) : call(this.#value);
        if (isPromise(returned)) return returned;
        goesOn = this.#settle(step, returned);
        this.#step = step + 1;
      }
      if (goesOn) this.#keep(this.#value);
      this.#nextItem();
    }
    return undefined;
  }

  /** One function into a target, the plainest work there is: nothing but the call. */
  #mapInto({ view, at: start, type }: Target): PromiseLike<unknown> | undefined {
    const call = this.#compiled.functions[0] as StageFunction;
    const { values, end } = this.#items;
    const { flag, seq } = this.#wanted;
    let at = this.#at;
    let to = start + this.written;
    try {
      for (; at < end; at++) {
        if (flag !== undefined && !isWanted(flag, seq)) return undefined;
        const returned = call(values[at]);
        if (typeof returned === type) view[to++] = returned as never;
        else if (isPromise(returned)) return returned;
        else throw notAnElement(returned, type);
      }
      return undefined;
    } finally {
      this.passed += at - this.#at;
      this.written = to - start;
      this.#at = at;
    }
  }

  /** What the answer means; false when the item goes no further. */
  #settle(step: number, returned: unknown): boolean {
    const meaning = this.#compiled.steps[step];
    switch (meaning) {
      case Step.Map:
        this.#value = returned;
        return true;
      case Step.Filter:
        return Boolean(returned);
      case Step.Fold:
        this.sum = returned;
        return false;
      case Step.Find: {
        const { end } = this.#compiled;
        if (end.kind === "find" && Boolean(returned) === end.wanted) {
          this.found = [this.#value];
          this.#ended = true;
        }
        return false;
      }
      case Step.Each:
      case undefined:
    }
    return false;
  }

  #keep(value: unknown): void {
    const target = this.#target;
    if (target === undefined) {
      if (this.results.push(value) >= this.#most) this.#ended = true;
      return;
    }
    if (typeof value !== target.type) throw notAnElement(value, target.type);
    target.view[target.at + this.written++] = value as never;
  }

  #nextItem(): void {
    this.#at++;
    this.#step = 0;
    this.passed++;
  }
}

/** What `into` cannot take. */
export function notAnElement(value: unknown, type: "number" | "bigint"): OptionError {
  return new OptionError(`into() fills an array of ${type}s, but a ${value === null ? "null" : typeof value} came out of the stages`);
}
