import type { Statements } from "./statements.ts";

/** A timer that never fires, for stores that nobody else can change: who waits keeps the process alive. Units: milliseconds. */
const NEVER_MS = 2 ** 30;

/** Notices what other processes do to the file, while somebody waits for it. */
export class Wake {
  readonly #pollMs: number;
  readonly #shared: boolean;
  readonly #poll: () => void;
  #timer: NodeJS.Timeout | undefined;
  #version = -1;

  constructor(options: { readonly pollMs: number; readonly shared: boolean; readonly poll: () => void }) {
    this.#pollMs = options.pollMs;
    this.#shared = options.shared;
    this.#poll = options.poll;
  }

  /** Whether another connection committed since the last look. Source: https://www.sqlite.org/pragma.html#pragma_data_version */
  changed(sql: Statements): boolean {
    if (!this.#shared) return false;
    const [version = 0] = sql.row<[number]>("pragma data_version") ?? [];
    if (version === this.#version) return false;
    this.#version = version;
    return true;
  }

  set waiting(waiting: boolean) {
    if (waiting === (this.#timer !== undefined)) return;
    if (waiting) this.#timer = setInterval(this.#poll, this.#shared ? this.#pollMs : NEVER_MS);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
