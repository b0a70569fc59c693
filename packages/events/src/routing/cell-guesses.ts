/**
 * Where on a sorted list of numbers another one belongs, about: the line is cut into as many equal parts as there are
 * numbers, so that a search need only go on in one part. Numbers that lie evenly leave it next to nothing to do.
 */
export class CellGuesses {
  readonly #low: number;
  /** Parts per unit; 0 when all is one part. */
  readonly #scale: number;
  /** How many numbers are in the parts before each one. */
  readonly #firsts: Uint32Array;

  constructor(sorted: Float64Array) {
    const finite = sorted.filter(Number.isFinite);
    this.#low = finite[0] ?? 0;
    const scale = sorted.length / ((finite.at(-1) ?? 0) - this.#low);
    this.#scale = Number.isFinite(scale) ? scale : 0;
    this.#firsts = new Uint32Array(sorted.length + 2);
    for (const number of sorted) this.#firsts[this.partOf(number) + 1]!++;
    for (let part = 1; part < this.#firsts.length; part++) this.#firsts[part]! += this.#firsts[part - 1] as number;
  }

  /** Which part a number is in: a greater number is never in a part before it. */
  partOf(number: number): number {
    const part = (number - this.#low) * this.#scale;
    const last = this.#firsts.length - 2;
    return part > 0 ? (part < last ? Math.trunc(part) : last) : 0; // 0 also for what is not a number, as infinity times 0
  }

  firstIn(part: number): number {
    return this.#firsts[part] as number;
  }
}
