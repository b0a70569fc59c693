import { setFlagsFromString } from "node:v8";

let calmed = false;

/**
 * Node strips types with WebAssembly, in each thread that loads a TypeScript file. V8 13 (Node 24) compiles a wrapper for an import that is
 * called a thousand times, keeps it for all threads of the process, and counts its users wrongly: now and then one thread frees
 * what another is about to use, and the process ends by SIGSEGV. Without such wrappers V8 goes the general way, which takes about
 * 25 ns more for each call out of WebAssembly; so the budget of calls is set out of reach, once, and only where it is needed.
 */
export function calmTypeStripping(url: URL): void {
  if (calmed || !process.versions.v8.startsWith("13.") || !/\.[cm]?tsx?$/.test(url.pathname)) return;
  calmed = true;
  setFlagsFromString("--wasm-wrapper-tiering-budget=1000000000");
}
