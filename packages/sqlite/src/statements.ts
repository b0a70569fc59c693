import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/**
 * The prepared statements of one connection.
 *
 * A bare parameter after `limit` makes SQLite prepare the statement anew each time it is bound; `limit ? + 0` does not, and is
 * ten times as fast. Source: `sqlite3ExprIsInteger` in https://sqlite.org/src/file/src/expr.c
 */
export class Statements {
  readonly db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Returns how many rows changed. */
  run(text: string, ...values: SQLInputValue[]): number {
    return this.#statement(text).run(...values).changes as number;
  }

  /** Rows are arrays, in the order of the columns. */
  rows<Row extends readonly unknown[]>(text: string, ...values: SQLInputValue[]): readonly Row[] {
    const rows = this.#statement(text).all(...values) as unknown as readonly Row[];
    // Without `setReturnArrays` (before Node 22.16 and in other builds) rows are objects; their keys have the order of the columns.
    return rows.length > 0 && !Array.isArray(rows[0]) ? rows.map((row) => Object.values(row) as unknown as Row) : rows;
  }

  row<Row extends readonly unknown[]>(text: string, ...values: SQLInputValue[]): Row | undefined {
    const row = this.#statement(text).get(...values) as unknown as Row | undefined;
    return row === undefined || Array.isArray(row) ? row : (Object.values(row) as unknown as Row);
  }

  #statement(text: string): StatementSync {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const made = this.db.prepare(text);
    if ("setReturnArrays" in made) made.setReturnArrays(true);
    this.#prepared.set(text, made);
    return made;
  }
}
