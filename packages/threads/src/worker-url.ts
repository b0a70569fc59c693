import { existsSync } from "node:fs";

/**
 * The worker file as it is there: bundlers make `.js` of a `.ts` and leave its URL as it was written.
 *
 * Shape: the URL as given, unless it is a TypeScript file that is missing and the JavaScript of the same name is not.
 */
export function workerUrl(url: URL): URL {
  if (url.protocol !== "file:" || !/\.[cm]?tsx?$/.test(url.pathname) || existsSync(url)) return url;
  for (const ending of [".js", ".mjs", ".cjs"]) {
    const built = new URL(url.href.replace(/\.[cm]?tsx?$/, ending));
    if (existsSync(built)) return built;
  }
  return url;
}
