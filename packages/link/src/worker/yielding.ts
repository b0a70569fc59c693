import type { Transferable } from "node:worker_threads";
import { EncodeError, JobError, UnsupportedError } from "@job-orch/core";
import { headOf, Kind, TEXT } from "../wire/frames.ts";
import { Transferred } from "../wire/transfer.ts";
import { FULL, LONGEST_WAIT_MS } from "./pace.ts";
import { Room } from "./room.ts";
import type { RunnerOptions } from "./runner-options.ts";
import type { WorkerContext } from "./worker-context.ts";

/** A text up to this length leaves with others. Units: characters. */
const SHORT_CHARS = 16_384;

/** What the caller of a job in this slot takes more. */
export interface Grant {
  readonly slot: number;
  /** The request's, in its pool. */
  readonly number: number;
  readonly items: number;
}

/** Where items leave, in order with all else that a worker says. */
export interface Outlet {
  /** Gives how long the batch is now. */
  readonly push: (head: number, body: unknown) => number;
  readonly flush: () => void;
  /** Flushes when the event loop has had its turn. */
  readonly soon: () => void;
}

/**
 * The jobs of a worker whose callers read what they yield. Each goes on for as long as its caller takes more, and is closed when
 * the caller gives up: its `finally` blocks run, and its slot is free only then.
 */
export class Yielding {
  readonly #options: Pick<RunnerOptions, "toText" | "post">;
  readonly #outlet: Outlet;
  readonly #rooms = new Map<number, Room>();
  /** When items left last. Units: milliseconds. */
  #flushedMs = 0;

  constructor(options: Pick<RunnerOptions, "toText" | "post">, outlet: Outlet) {
    this.#options = options;
    this.#outlet = outlet;
  }

  grant({ slot, number, items }: Grant): void {
    const room = this.#rooms.get(slot);
    if (room?.number === number) room.add(items);
  }

  /**
   * Takes from the job what it yields, and nothing that its caller has no room for. Gives what the job returned in the end.
   *
   * Errors: what the job threw; `ERR_ENCODE` for an item that cannot leave; `ERR_UNSUPPORTED` when it yields nothing.
   */
  async run(name: string, response: unknown, context: WorkerContext, slot: number, items: number): Promise<unknown> {
    if (!yields(response)) throw new UnsupportedError(`"${name}" yields nothing: its run is no async generator; use call(request)`);
    const { signal, number } = context;
    const iterator = response[Symbol.asyncIterator]();
    const room = new Room(number, items);
    let closing: Promise<void> | undefined;
    const stop = (): void => {
      closing = close(iterator);
      room.open();
    };
    this.#rooms.set(slot, room);
    signal.addEventListener("abort", stop, { once: true });
    let given = true;
    try {
      if (signal.aborted) stop();
      for (;;) {
        if (room.isFull) await room.change();
        const step = signal.aborted ? undefined : await iterator.next();
        if (closing !== undefined) {
          await closing;
          throw signal.reason;
        }
        if (step?.done !== false) return step?.value;
        room.take();
        given = false;
        const turn = this.#give(slot, step.value);
        given = true;
        if (turn) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      if (!given) await close(iterator); // what it yielded cannot leave
      signal.removeEventListener("abort", stop);
      this.#rooms.delete(slot);
    }
  }

  /** Whether the job has gone on for so long that others should have a turn. */
  #give(slot: number, item: unknown): boolean {
    const moves = item instanceof Transferred;
    const value = moves ? item.value : item;
    const text = this.#options.toText(value);
    const head = headOf(Kind.Item, text === undefined ? 0 : TEXT, 0, slot);
    // An object is copied when it leaves, and the job may write to it; and whether it can leave is known only then.
    const alone = text === undefined ? typeof value === "object" && value !== null : text.length > SHORT_CHARS;
    const length = alone ? this.#alone(head, text ?? value, moves ? item.list : []) : this.#outlet.push(head, text ?? value);
    const nowMs = performance.now();
    const isDue = nowMs - this.#flushedMs >= LONGEST_WAIT_MS;
    if (isDue) this.#flushedMs = nowMs;
    if (isDue || length >= FULL) this.#outlet.flush();
    else if (!alone) this.#outlet.soon();
    return isDue;
  }

  #alone(head: number, body: unknown, list: readonly Transferable[]): number {
    this.#outlet.flush();
    try {
      this.#options.post([0, 0, head, body], list);
      return 0;
    } catch (error) {
      throw error instanceof JobError ? error : new EncodeError("", error instanceof Error ? error.message : String(error));
    }
  }
}

export function yields(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** Why a response that its caller waits for cannot be one, if it is a job's items; the job is closed. */
export function yieldsUnasked(response: unknown): UnsupportedError | undefined {
  try {
    if (!yields(response)) return undefined;
    void close(response[Symbol.asyncIterator]());
  } catch {
    return undefined; // whatever it is, it is no list of items
  }
  return new UnsupportedError("This job yields items: read them with stream(request)");
}

/** What it throws on its way out is no news to anybody: its caller has gone, or hears of something else. */
async function close(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {}
}
