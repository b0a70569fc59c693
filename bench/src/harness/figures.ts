/** What one contender showed in all rounds. */
export interface Figures {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function toFigures(name: string, values: readonly number[]): Figures {
  const sorted = values.toSorted((one, other) => one - other);
  return { name, median: quantile(sorted, 0.5), least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

/** Shape: `sorted` ascending; between two values the mean of both. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
