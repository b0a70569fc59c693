import { FileWatch } from "./file-watch.ts";
import type { Statements } from "./statements.ts";

/** A timer that never fires, for stores that nobody else can change: who waits keeps the process alive. Units: milliseconds. */
const NEVER_MS = 2 ** 30;
/** After so many polls that found nothing, the operating system is asked to say when the file changes. */
const QUIET_POLLS = 25;

export interface WakeOptions {
  readonly pollMs: number;
  /** What changes with every commit; `undefined` for stores that nobody else can change. */
  readonly file: (() => string) | undefined;
  /** Looks for changes, and acts on them. Returns whether there were any. */
  readonly look: () => boolean;
}

/**
 * Notices what other processes do to the file, while somebody waits for it: by looking every few milliseconds at first, and by
 * watching the file, which costs an idle process nothing, once it is quiet.
 */
export class Wake {
  readonly #options: WakeOptions;
  readonly #watch: FileWatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #version = -1;
  #quietPolls = 0;

  constructor(options: WakeOptions) {
    this.#options = options;
    const { file, look } = options;
    if (file !== undefined) this.#watch = new FileWatch({ file, look, givenUp: () => this.#pollAgain() });
  }

  /** Whether another connection committed since the last look. Source: https://www.sqlite.org/pragma.html#pragma_data_version */
  changed(sql: Statements): boolean {
    if (this.#options.file === undefined) return false;
    const [version = 0] = sql.row<[number]>("pragma data_version") ?? [];
    if (version === this.#version) return false;
    this.#version = version;
    this.#quietPolls = 0;
    return true;
  }

  set waiting(waiting: boolean) {
    if (waiting === (this.#timer !== undefined || this.#watch?.watching === true)) return;
    if (waiting) this.#pollAgain();
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#watch?.stop();
    }
  }

  #pollAgain(): void {
    this.#quietPolls = 0;
    this.#timer = setInterval(() => this.#tick(), this.#options.file === undefined ? NEVER_MS : this.#options.pollMs);
  }

  #tick(): void {
    this.#options.look();
    if (++this.#quietPolls < QUIET_POLLS || this.#watch?.start() !== true) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
