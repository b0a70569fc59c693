/** Work that no compiler can leave out. Units: about 1.6 ns per turn. */
function churn(seed: number, turns: number): number {
  let state = seed | 0;
  for (let turn = 0; turn < turns; turn++) state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + turn) | 0;
  return state;
}

/** About half a microsecond. */
export function heavy(value: number): number {
  return churn(value, 340);
}

export interface Reading {
  readonly i: number;
  readonly station: string;
  readonly celsius: number;
}

export interface Rated {
  readonly i: number;
  readonly station: string;
  readonly rating: number;
}

/** About 10 microseconds. */
export function rate({ i, station, celsius }: Reading): Rated {
  return { i, station, rating: churn(celsius, 6_000) };
}
