import { createHook } from "node:async_hooks";

const stacks = new Map<number, { readonly kind: string; readonly stack: string }>();

/** Remembers where each handle was opened. Slow, as it also hooks every promise; for looking, not for every run. */
export function traceHandles(): void {
  createHook({
    init(asyncId, kind) {
      if (kind === "PROMISE" || kind === "TickObject" || kind === "Immediate") return;
      stacks.set(asyncId, { kind, stack: new Error(kind).stack ?? "" });
    },
    destroy(asyncId) {
      stacks.delete(asyncId);
    },
  }).enable();
}

/** The stacks of the handles of these kinds that are still there, without the lines inside Node. */
export function originsOf(kinds: readonly string[]): string {
  const wanted = new Set(kinds.map((kind) => (kind === "Worker" ? "WORKER" : kind.toUpperCase())));
  return [...stacks.values()]
    .filter(({ kind }) => wanted.has(kind.toUpperCase()))
    .map(({ kind, stack }) => `\n${kind} opened at\n${stack.split("\n").filter(isOfTheTest).slice(0, 4).join("\n")}`)
    .join("");
}

function isOfTheTest(line: string): boolean {
  return line.startsWith("    at ") && !line.includes("node:") && !line.includes("scripts/vitest") && !line.includes("node_modules");
}
