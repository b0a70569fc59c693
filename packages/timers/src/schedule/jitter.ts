/** Where in the spread a schedule stands: always the same for one id, so that hosts agree; different ids are spread evenly. */
export function jitterFor(scheduleId: string, spreadMs: number): number {
  if (spreadMs === 0) return 0;
  // FNV-1a, 32 bits. Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
  let hash = 0x811c9dc5;
  for (let index = 0; index < scheduleId.length; index++) {
    hash = Math.imul(hash ^ scheduleId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % spreadMs;
}
