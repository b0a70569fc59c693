const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LONGEST_KEY = 60;
/** Of a longer path the two ends say enough. */
const MOST_SEGMENTS = 24;

/** A path as one would write it in code: `a.b[0]["odd key"]`; empty at the root. */
export function formatPath(segments: readonly PropertyKey[]): string {
  if (segments.length <= MOST_SEGMENTS) return formatAll(segments);
  const half = MOST_SEGMENTS / 2;
  return `${formatAll(segments.slice(0, half))}…${formatAll(segments.slice(-half))}`;
}

function formatAll(segments: readonly PropertyKey[]): string {
  let path = "";
  for (const segment of segments) path += formatSegment(segment, path === "");
  return path;
}

function formatSegment(segment: PropertyKey, first: boolean): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (typeof segment === "symbol") return `[${String(segment)}]`;
  if (IDENTIFIER.test(segment) && segment.length <= LONGEST_KEY) return first ? segment : `.${segment}`;
  return `[${JSON.stringify(segment.length <= LONGEST_KEY ? segment : `${segment.slice(0, LONGEST_KEY)}…`)}]`;
}
