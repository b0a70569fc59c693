import { toWireError } from "@job-orch/core/substrate";
import { type AskableActors, known } from "../others.ts";
import { fromText, toText } from "../text.ts";
import type { ActorAsk, AskAnswer } from "./mail.ts";

/**
 * What a message in a worker asks of other actors, asked here on its behalf: by the job that stands for it, so that who waits
 * for whom is known as everywhere.
 */
export class Errands {
  readonly #find: (name: string) => AskableActors<never, unknown> | undefined;
  #answers: AskAnswer[] = [];
  #wake: (() => void) | undefined;

  constructor(find: (name: string) => AskableActors<never, unknown> | undefined) {
    this.#find = find;
  }

  /** Asks at once. */
  begin(asks: readonly ActorAsk[]): void {
    for (const ask of asks) {
      this.#ask(ask).then(
        (response) => this.#note({ n: ask.n, ...(response === undefined ? {} : { response }) }),
        (error: unknown) => this.#note({ n: ask.n, error: toWireError(error) }),
      );
    }
  }

  /** Answers, as soon as there are some: one at least, none when it was woken. */
  async answers(): Promise<readonly AskAnswer[]> {
    if (this.#answers.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  readonly wake = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  async #ask({ to, request, timeoutMs }: ActorAsk): Promise<string | undefined> {
    const others = known(this.#find(to), to);
    const asked = fromText(request) as never;
    if (timeoutMs !== undefined) return toText(await others.ask(asked, { timeoutMs }));
    await others.tell(asked);
    return undefined;
  }

  #note(answer: AskAnswer): void {
    this.#answers.push(answer);
    this.wake();
  }
}
