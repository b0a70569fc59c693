/** What the workers run, by the names it is exported under. */
export interface Reading {
  readonly station: string;
  readonly celsius: number;
}

export function parse(line: string): Reading {
  const [station = "", celsius] = line.split(";");
  return { station, celsius: Number(celsius) };
}

export function isHot({ celsius }: Reading): boolean {
  return celsius > 30;
}

export function celsiusOf({ celsius }: Reading): number {
  return celsius;
}

export function add(sum: number, value: number): number {
  return sum + value;
}

/** Some work: the sum of its divisors. */
export function divisors(value: number): number {
  let sum = 0;
  for (let divisor = 1; divisor <= value; divisor++) if (value % divisor === 0) sum += divisor;
  return sum;
}
