/** From this version on several processes may write to one file in WAL mode. Source: https://www.sqlite.org/wal.html#walresetbug */
const SAFE_WAL = [3, 51, 3] as const;

/** How SQLite of this Node.js is to keep its journal: WAL where that is safe, and the slower way with older versions. */
export const JOURNAL: "wal" | "delete" = isSafe(process.versions["sqlite"] ?? "0") ? "wal" : "delete";

function isSafe(version: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [place, least] of SAFE_WAL.entries()) {
    const part = parts[place] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
