import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

/** Where the host rings, and where the thread says that it waits for that; each on a cache line of its own. */
const RUNG = 0;
const PARKED = 16;
const WORDS = 32;
/** A thread that spins looks for something to do this long before it waits. Units: milliseconds. */
const SPIN_MS = 0.2;
/** Looks between two looks at the clock. */
const LOOKS = 64;
/** A parked thread gives its timers and sockets a turn after this. Units: milliseconds. */
const LONGEST_MS = 5;

/** Shared memory that a thread can wait on. */
export function newBell(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
}

/** Wakes the thread, if it waits; to be called behind each message to it. */
export function ring(bell: Int32Array): void {
  Atomics.add(bell, RUNG, 1);
  if (Atomics.load(bell, PARKED) === 1) Atomics.notify(bell, RUNG);
}

export interface ParkedOptions {
  readonly port: MessagePort;
  readonly bell: Int32Array;
  readonly hear: (message: unknown) => void;
  /** Look out for a moment before it waits. */
  readonly spins: boolean;
  /** Whether nothing is under way that needs the event loop. */
  readonly isIdle: () => boolean;
}

/**
 * Waits for messages outside the event loop, where being woken costs half: for threads that only compute. Every 5 ms at the
 * latest, timers and I/O of the thread have a turn.
 */
export class Parked {
  readonly #options: ParkedOptions;
  /** Messages so far: the host rings once for each, so that nobody looks for one that is not there. */
  #heard = 0;
  #due = false;
  #stopped = false;

  constructor(options: ParkedOptions) {
    this.#options = options;
    options.port.on("message", this.#hear);
  }

  /** Waits as soon as the event loop has had its turn. */
  readonly soon = (): void => {
    if (this.#due || this.#stopped) return;
    this.#due = true;
    setImmediate(this.#wait);
  };

  stop(): void {
    this.#stopped = true;
  }

  readonly #hear = (message: unknown): void => {
    this.#heard = (this.#heard + 1) | 0;
    this.#options.hear(message);
  };

  readonly #wait = (): void => {
    this.#due = false;
    const { port, bell, isIdle } = this.#options;
    const endsMs = performance.now() + LONGEST_MS;
    while (!this.#stopped && isIdle()) {
      const rung = Atomics.load(bell, RUNG);
      if (((rung - this.#heard) | 0) <= 0) {
        if (!this.#options.spins || !this.#spin(rung)) this.#park(rung);
      } else {
        const next = receiveMessageOnPort(port);
        if (next === undefined) this.#heard = rung;
        else this.#hear(next.message);
      }
      if (performance.now() >= endsMs) return this.soon();
    }
  };

  /** Whether it rang meanwhile. */
  #spin(rung: number): boolean {
    const { bell } = this.#options;
    const endsMs = performance.now() + SPIN_MS;
    do {
      for (let look = 0; look < LOOKS; look++) if (Atomics.load(bell, RUNG) !== rung) return true;
    } while (performance.now() < endsMs);
    return false;
  }

  #park(rung: number): void {
    const { bell } = this.#options;
    Atomics.store(bell, PARKED, 1);
    Atomics.wait(bell, RUNG, rung, LONGEST_MS); // returns at once when it rang since
    Atomics.store(bell, PARKED, 0);
  }
}
