import { BusyError } from "@job-orch/core";
import type { TimerCallback } from "../callbacks.ts";
import { generationOf, MOST_SLOTS, nextGeneration, slotOf, type TimerHandle, toHandle } from "../handles.ts";
import { resized, resizedSlots } from "../typed.ts";

const LEAST_CAPACITY = 2048;
/** What a burst made larger than this is given back once nothing is armed. */
const KEPT_CAPACITY = 65_536;

/**
 * The timers of a wheel, as circular doubly linked lists in typed arrays: 16 bytes for each and two references.
 * The first places are the heads of the lists; a timer that is alone stands between its head and its head.
 */
export class TimerNodes {
  readonly #heads: number;
  next: Int32Array;
  #prev: Int32Array;
  /** When it is due: the low 32 bits of the tick. */
  dueTicks: Uint32Array;
  /** Which arming has the place; 0 when it is free. */
  #generations: Int32Array;
  #callbacks: (TimerCallback | undefined)[];
  #values: unknown[];
  #generation = 0;
  /** The first free place, with the others behind it; 0 when there is none. */
  #free = 0;
  /** From here on no place was ever used. */
  #unused: number;
  size = 0;

  constructor(heads: number) {
    this.#heads = heads;
    this.#unused = heads;
    this.next = new Int32Array(LEAST_CAPACITY);
    this.#prev = new Int32Array(LEAST_CAPACITY);
    this.dueTicks = new Uint32Array(LEAST_CAPACITY);
    this.#generations = new Int32Array(LEAST_CAPACITY);
    this.#callbacks = resizedSlots<TimerCallback>([], LEAST_CAPACITY);
    this.#values = resizedSlots<unknown>([], LEAST_CAPACITY);
    this.#emptyLists();
  }

  take(dueTick: number, callback: TimerCallback, value: unknown): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.next[node] as number;
    else {
      if (this.#unused === this.next.length) this.#grow();
      node = this.#unused++;
    }
    this.#generation = nextGeneration(this.#generation);
    this.#generations[node] = this.#generation;
    this.dueTicks[node] = dueTick; // modulo 2^32
    this.#callbacks[node] = callback;
    this.#values[node] = value;
    this.size++;
    return node;
  }

  handle(node: number): TimerHandle {
    return toHandle(node, this.#generations[node] as number);
  }

  /** The node that a handle names; 0 when its timer fired or was cancelled. */
  find(handle: TimerHandle): number {
    const node = slotOf(handle);
    if (node < this.#heads || node >= this.#unused) return 0;
    return this.#generations[node] === generationOf(handle) ? node : 0;
  }

  callback(node: number): TimerCallback {
    return this.#callbacks[node] as TimerCallback;
  }

  value(node: number): unknown {
    return this.#values[node];
  }

  /** Frees a place whose node is in no list. */
  release(node: number): void {
    this.#generations[node] = 0;
    this.#callbacks[node] = undefined;
    this.#values[node] = undefined;
    this.next[node] = this.#free;
    this.#free = node;
    this.size--;
  }

  link(node: number, head: number): void {
    const last = this.#prev[head] as number;
    this.next[last] = node;
    this.#prev[node] = last;
    this.next[node] = head;
    this.#prev[head] = node;
  }

  /** Takes it out of its list. Gives the head of that list when nothing is left in it, otherwise −1. */
  unlink(node: number): number {
    const next = this.next[node] as number;
    const prev = this.#prev[node] as number;
    this.next[prev] = next;
    this.#prev[next] = prev;
    return next === prev ? next : -1; // both neighbours the same: only a head is its own
  }

  /** Moves a whole list to the end of another one. */
  splice(from: number, to: number): void {
    const first = this.next[from] as number;
    if (first === from) return;
    const last = this.#prev[from] as number;
    const end = this.#prev[to] as number;
    this.next[end] = first;
    this.#prev[first] = end;
    this.next[last] = to;
    this.#prev[to] = last;
    this.next[from] = from;
    this.#prev[from] = from;
  }

  isEmpty(head: number): boolean {
    return this.next[head] === head;
  }

  /** With nothing armed: gives back what a burst has grown. Old handles stay harmless, as generations go on. */
  shrink(): void {
    if (this.size > 0 || this.next.length <= KEPT_CAPACITY) return;
    this.#resize(LEAST_CAPACITY);
    this.#free = 0;
    this.#unused = this.#heads;
    this.#generations.fill(0);
    this.#emptyLists();
  }

  #emptyLists(): void {
    for (let head = 0; head < this.#heads; head++) {
      this.next[head] = head;
      this.#prev[head] = head;
    }
  }

  #grow(): void {
    const capacity = this.next.length;
    if (capacity >= MOST_SLOTS) throw new BusyError("timerWheel", "16 million timers are armed; cancel some, or keep them in a store");
    this.#resize(capacity * 2);
  }

  #resize(capacity: number): void {
    this.next = resized(this.next, capacity);
    this.#prev = resized(this.#prev, capacity);
    this.dueTicks = resized(this.dueTicks, capacity);
    this.#generations = resized(this.#generations, capacity);
    this.#callbacks = resizedSlots(this.#callbacks, capacity) as (TimerCallback | undefined)[];
    this.#values = resizedSlots(this.#values, capacity);
  }
}
