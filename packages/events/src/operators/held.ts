import type { Loan } from "@job-orch/core";

/** A message of the source, for as long as something that was made of it is not done with. */
export class Held {
  readonly #loan: Loan<unknown>;
  #holds = 1;

  constructor(loan: Loan<unknown>) {
    this.#loan = loan;
  }

  /** One more place that keeps it. */
  hold(): this {
    this.#holds++;
    return this;
  }

  /** That place is done with it; the last one lets it go. */
  release(): void {
    if (--this.#holds === 0) this.#loan.done();
  }
}

/** What an operator made of some messages: they are let go when it is. */
export class MadeLoan<Message> implements Loan<Message> {
  readonly message: Message;
  #parents: readonly Held[] | undefined;

  constructor(message: Message, parents: readonly Held[]) {
    this.message = message;
    this.#parents = parents;
  }

  readonly done = (): void => {
    const parents = this.#parents;
    this.#parents = undefined; // once
    if (parents !== undefined) for (const parent of parents) parent.release();
  };
}
