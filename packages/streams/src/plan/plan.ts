/** Where the items of a stream are worked on, and why. */
export interface Plan {
  /** `undecided`: the first items run here and are measured. */
  readonly where: "undecided" | "here" | "workers";
  /** One sentence, for people. */
  readonly why: string;
  /** How long the functions take for one item. Units: microseconds; `undefined` until it was measured. */
  readonly itemUs: number | undefined;
  /** What it costs to send one item away and get back what it became. Units: microseconds. */
  readonly transportUs: number | undefined;
  readonly workers: number;
}
