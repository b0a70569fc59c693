/** The index is beside the store: `.job-orch/demo.db` has `.job-orch/demo.index.db`. */
export function indexPathOf(dbPath: string): string {
  return `${dbPath.replace(/\.db$/, "")}.index.db`;
}

/** What tells runs of each other. */
export function lockPathOf(dbPath: string): string {
  return `${dbPath.replace(/\.db$/, "")}.lock`;
}

/** Every file that a store, its index and its lock consist of. */
export function filesOf(dbPath: string): readonly string[] {
  return [dbPath, indexPathOf(dbPath), lockPathOf(dbPath)].flatMap((path) => [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]);
}

/** Where programs and tables for other hosts are kept. */
export function hostFolderOf(dbPath: string): string {
  return `${dbPath.replace(/\.db$/, "")}.hosts`;
}

/** How runs did, by where they tokenised. */
export function hostRecordsOf(dbPath: string): string {
  return `${dbPath.replace(/\.db$/, "")}.hosts.json`;
}
