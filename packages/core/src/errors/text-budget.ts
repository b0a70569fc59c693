const ELLIPSIS = "…";

/** How much text may still be written, counted as the JSON it becomes. Units: bytes. */
export class TextBudget {
  #leftBytes: number;

  constructor(bytes: number) {
    this.#leftBytes = bytes;
  }

  get spent(): boolean {
    return this.#leftBytes <= 0;
  }

  /** Takes bytes that are not text; false when there are not that many. */
  take(bytes: number): boolean {
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  /** The text, cut to what is left and to `mostBytes`. */
  cut(text: string, mostBytes: number): string {
    const limit = Math.min(mostBytes, this.#leftBytes);
    let cut = text.length > limit ? text.slice(0, Math.max(0, limit)) : text;
    let bytes = jsonBytes(cut);
    while (bytes > limit && cut !== "") {
      // Escapes and wide characters can take six bytes each, so one proportional cut may not be enough.
      cut = cut.slice(0, Math.floor((cut.length * limit * 0.9) / bytes));
      bytes = jsonBytes(cut);
    }
    this.#leftBytes -= bytes;
    return cut.length === text.length || cut === "" ? cut : cut.slice(0, -1) + ELLIPSIS;
  }
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
