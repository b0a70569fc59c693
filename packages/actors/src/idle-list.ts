import type { Activation } from "./activation.ts";

/** Actors that have nothing to do, the longest idle first: a list through the actors themselves, so that nothing is made or searched. */
export class IdleList {
  #longest: Activation | undefined;
  #shortest: Activation | undefined;

  get longest(): Activation | undefined {
    return this.#longest;
  }

  add(activation: Activation, nowMs: number): void {
    if (activation.isIdle) return;
    activation.isIdle = true;
    activation.idleSinceMs = nowMs;
    activation.longer = this.#shortest;
    if (this.#shortest === undefined) this.#longest = activation;
    else this.#shortest.shorter = activation;
    this.#shortest = activation;
  }

  remove(activation: Activation): void {
    if (!activation.isIdle) return;
    const { longer, shorter } = activation;
    activation.isIdle = false;
    activation.longer = undefined;
    activation.shorter = undefined;
    if (longer === undefined) this.#longest = shorter;
    else longer.shorter = shorter;
    if (shorter === undefined) this.#shortest = longer;
    else shorter.longer = longer;
  }
}
