const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LONGEST_KEY = 60;
/** Of a longer path the two ends say enough. */
const MOST_SEGMENTS = 24;

/** A step of a path: a field or an element, or a text such as `get("key")` for steps that code takes by a call. */
export type PathStep = PropertyKey | { readonly call: string };

/** A path as one would write it in code: `a.b[0]["odd key"]`; empty at the root. */
export function formatPath(segments: readonly PathStep[]): string {
  if (segments.length <= MOST_SEGMENTS) return formatAll(segments);
  const half = MOST_SEGMENTS / 2;
  return `${formatAll(segments.slice(0, half))}…${formatAll(segments.slice(-half))}`;
}

function formatAll(segments: readonly PathStep[]): string {
  let path = "";
  for (const segment of segments) path += formatSegment(segment, path === "");
  return path;
}

function formatSegment(segment: PathStep, first: boolean): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (typeof segment === "object") return first ? segment.call : `.${segment.call}`;
  if (typeof segment === "symbol") return `[${String(segment)}]`;
  if (IDENTIFIER.test(segment) && segment.length <= LONGEST_KEY) return first ? segment : `.${segment}`;
  return `[${JSON.stringify(segment.length <= LONGEST_KEY ? segment : `${segment.slice(0, LONGEST_KEY)}…`)}]`;
}
