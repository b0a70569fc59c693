/**
 * Whether a processor takes requests: not while it is paused; and once its intake is closed only while callers in this
 * process wait for its answers, as what is inside must come to its end.
 */
export class Intake {
  readonly #onChange: (open: boolean) => void;
  #paused = false;
  #closed = false;
  /** How many desks of this process have callers waiting. */
  #desks = 0;

  constructor(onChange: (open: boolean) => void) {
    this.#onChange = onChange;
  }

  get open(): boolean {
    return !this.#paused && (!this.#closed || this.#desks > 0);
  }

  set({ paused = this.#paused, closed = this.#closed }: { readonly paused?: boolean; readonly closed?: boolean }): void {
    this.#paused = paused;
    this.#closed = closed;
    this.#onChange(this.open);
  }

  /** A desk has its first caller, or answered its last one. */
  readonly noteDesk = (waits: boolean): void => {
    this.#desks += waits ? 1 : -1;
    if (this.#closed) this.#onChange(this.open);
  };
}
