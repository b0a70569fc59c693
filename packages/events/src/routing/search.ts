import type { Rule } from "./rule.ts";
import type { Fields } from "./to-test.ts";

/** Who is looked for; a search writes down with which event it found one, so that nobody is found twice. */
export interface Findable {
  matchedAt: number;
}

/** One event on its way through the indexes. */
export class Search<Owner extends Findable> {
  readonly event: Fields;
  readonly found: Owner[];
  /** Another one for every event, never 0. */
  readonly number: number;

  constructor(event: Fields, found: Owner[], number: number) {
    this.event = event;
    this.found = found;
    this.number = number;
  }

  /** Asks a rule that an index has led to. */
  consider(rule: Rule<Owner>): void {
    if (!rule.holds(this.event)) return;
    const { owner } = rule;
    if (owner.matchedAt === this.number) return;
    owner.matchedAt = this.number;
    this.found.push(owner);
  }
}
