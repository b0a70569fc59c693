/** A condition on one column, for one number or for many in a single parameter. */
export interface Among {
  readonly where: string;
  readonly value: number | string;
}

/** For a single number, which is what a lone request needs, the list would cost more than the search. */
export function among(column: string, numbers: readonly number[]): Among {
  const [first] = numbers;
  if (numbers.length === 1 && first !== undefined) return { where: `${column} = ?`, value: first };
  return { where: `${column} in (select value from json_each(?))`, value: JSON.stringify(numbers) };
}
