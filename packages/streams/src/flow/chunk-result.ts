/** What a chunk came to. */
export interface ChunkResult {
  /** What came through all stages, in order. */
  readonly items: readonly unknown[];
  readonly found?: readonly [unknown] | undefined;
  readonly sum?: readonly [unknown] | undefined;
  /** What went wrong behind these items. */
  readonly failure?: readonly [unknown] | undefined;
}
