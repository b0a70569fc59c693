export type Backoff = { readonly kind: "fixed" | "exponential"; readonly baseMs: number; readonly factor?: number; readonly maxMs?: number; readonly jitter?: "full" | "none" };
export function backoffDelayMs(b: Backoff, attempt: number, _e: unknown, random: () => number): number {
  const d = Math.min(b.maxMs ?? Infinity, b.kind === "fixed" ? b.baseMs : b.baseMs * (b.factor ?? 2) ** (attempt - 1));
  return b.jitter === "none" ? d : random() * d;
}
