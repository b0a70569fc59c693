export interface Example {
  /** For people: a path, or a page and which block of it. */
  readonly name: string;
  /** The program. */
  readonly file: string;
  /** The lines that it must print, no more and no less; absent: it only has to end well. */
  readonly prints: readonly string[] | undefined;
}
