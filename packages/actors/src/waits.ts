import type { Message } from "./message.ts";

/** Where something that is asked for has to be worked on, and with what that has to wait. */
export interface Waiting {
  readonly waits: { readonly of: (key: string) => Iterable<Asked> };
  /** Lets go on what waits here, where that is possible. Returns whether it was. */
  readonly letGoOn?: () => boolean;
}

/** What an actor waits for. */
export interface Asked {
  readonly home: Waiting;
  readonly key: string;
  caller: Message | undefined;
}

/** A place on the way from what is asked for, over what that waits for. */
interface Step {
  readonly home: Waiting;
  readonly key: string;
  readonly before: Step | undefined;
}

const NONE: readonly Asked[] = [];

/** Of the actors of one kind: what those wait for, by their keys. */
export class Waits {
  readonly #asked = new Map<string, Set<Asked>>();
  readonly #onWaits: (asker: Message) => void;
  readonly #onGoesOn: (asker: Message) => void;

  /** Told of a message whose job waits for something, and of one whose job waits for nothing any more. */
  constructor(onWaits: (asker: Message) => void, onGoesOn: (asker: Message) => void) {
    this.#onWaits = onWaits;
    this.#onGoesOn = onGoesOn;
  }

  static begin(asker: Message, asked: Asked): void {
    const { waits } = asker.home;
    asked.caller = asker;
    const known = waits.#asked.get(asker.key);
    if (known === undefined) waits.#asked.set(asker.key, new Set([asked]));
    else known.add(asked);
    asker.waits++;
    waits.#onWaits(asker);
  }

  /** Nobody waits for this any more; nothing happens when nobody did. */
  static end(asked: Asked): void {
    const { caller } = asked;
    if (caller === undefined) return;
    asked.caller = undefined;
    const { waits } = caller.home;
    const known = waits.#asked.get(caller.key);
    if (known?.delete(asked) === true && known.size === 0) waits.#asked.delete(caller.key);
    if (--caller.waits === 0) waits.#onGoesOn(caller);
  }

  of(key: string): Iterable<Asked> {
    return this.#asked.get(key) ?? NONE;
  }
}

/**
 * The shortest way from the actor that is asked, over whom it waits for, to the one that asks, and back: with this ask all of
 * them would wait for ever. An actor waits for whom the message it works on has asked; what waits in its mailbox waits for that.
 */
export function chainTo(asked: Asked, asker: Message): readonly string[] | undefined {
  for (;;) {
    const last = wayTo(asked, asker);
    if (last === undefined) return undefined;
    const keys = [asked.key];
    let goesOn = false;
    for (let at: Step | undefined = last; at !== undefined; at = at.before) {
      keys.unshift(at.key);
      goesOn = at.home.letGoOn?.() === true || goesOn;
    }
    if (!goesOn) return keys;
  }
}

function wayTo({ home, key }: Asked, asker: Message): Step | undefined {
  const steps: Step[] = [{ home, key, before: undefined }];
  const seen = new Map<Waiting, Set<string>>();
  // Grows as it goes.
  for (const step of steps) {
    if (step.home === asker.home && step.key === asker.key) return step;
    for (const next of step.home.waits.of(step.key)) {
      if (next.caller?.isDone === true) continue; // its job has ended and left this behind
      const known = seen.get(next.home) ?? new Set();
      if (known.has(next.key)) continue;
      seen.set(next.home, known.add(next.key));
      steps.push({ home: next.home, key: next.key, before: step });
    }
  }
  return undefined;
}
