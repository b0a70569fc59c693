import { type FSWatcher, watch } from "node:fs";

/** The watch is a hint: it is backed by a look this often. Units: milliseconds. */
const LOOK_MS = 100;
/** Our own heartbeat writes to the file every second. A watch that does not notice even that does not work. Units: milliseconds. */
const DEAF_AFTER_MS = 3_000;
/** The file is written before its commit is synced and seen, so an event is followed by looks for a while. Units: milliseconds. */
const LOOKS_AFTER_MS = [1, 2, 4, 8, 8, 8, 8, 8, 8] as const;
/** With more events than this per second, polling is cheaper. */
const MOST_EVENTS_PER_SECOND = 50;

export interface FileWatchOptions {
  /** Asked each time the watch begins. */
  readonly file: () => string;
  /** It may have changed. Returns whether it has. */
  readonly look: () => boolean;
  /** The watch has ended by itself: it does not work here, or there is too much to see. */
  readonly givenUp: () => void;
}

/** Hears of changes of a file, for as long as that is cheap and works. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextLook: NodeJS.Timeout | undefined;
  #lastEventMs = 0;
  #secondStartedMs = 0;
  #events = 0;
  #works = true;

  constructor(options: FileWatchOptions) {
    this.#options = options;
  }

  get watching(): boolean {
    return this.#watcher !== undefined;
  }

  /** Returns whether it watches now. */
  start(): boolean {
    if (!this.#works) return false;
    try {
      this.#watcher = watch(this.#options.file(), { persistent: false }, () => this.#event());
    } catch {
      this.#works = false; // no watches left, or a file system without them
      return false;
    }
    this.#watcher.on("error", () => this.#giveUp(false));
    this.#lastEventMs = this.#secondStartedMs = performance.now();
    this.#events = 0;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    return true;
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#nextLook);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #event(): void {
    this.#lastEventMs = performance.now();
    this.#events++;
    clearTimeout(this.#nextLook);
    this.#lookAgain(0);
  }

  #lookAgain(times: number): void {
    const delayMs = LOOKS_AFTER_MS[times];
    if (this.#options.look() || delayMs === undefined) return;
    this.#nextLook = setTimeout(() => this.#lookAgain(times + 1), delayMs);
  }

  #look(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastEventMs > DEAF_AFTER_MS) return this.#giveUp(false);
    if (nowMs - this.#secondStartedMs >= 1_000) {
      if (this.#events > MOST_EVENTS_PER_SECOND) return this.#giveUp(true);
      this.#secondStartedMs = nowMs;
      this.#events = 0;
    }
    this.#options.look();
  }

  #giveUp(works: boolean): void {
    if (this.#watcher === undefined) return;
    this.#works &&= works;
    this.stop();
    this.#options.givenUp();
  }
}
