/** A condition on one column, for one number or for many. */
export interface Among {
  readonly where: string;
  readonly values: readonly (number | string)[];
}

/**
 * One of these numbers, each given once. What was lent together usually ends together, so that many are often a range, which
 * SQLite finds in one go; and for a single number, which is what a lone request needs, a list would cost more than the search.
 */
export function among(column: string, numbers: readonly number[]): Among {
  const [first = 0] = numbers;
  if (numbers.length === 1) return { where: `${column} = ?`, values: numbers };
  let [least, most] = [first, first];
  for (const number of numbers) {
    if (number < least) least = number;
    else if (number > most) most = number;
  }
  if (most - least === numbers.length - 1) return { where: `${column} between ? and ?`, values: [least, most] };
  return { where: `${column} in (select value from json_each(?))`, values: [JSON.stringify(numbers)] };
}
