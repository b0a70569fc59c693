/** Units: UTF-16 units. */
const MOST_LENGTH = 2 * 1024 * 1024;

/**
 * Texts on their way from one stage to the next. Requests hold a reference and not the text: the store stays small, and a
 * text that is not here (read by another process, or before a crash, or too long ago) is read again.
 */
export class TextShelf {
  readonly #texts = new Map<string, string>();
  #length = 0;

  put(path: string, hash: string, text: string): void {
    this.take(path, hash);
    this.#texts.set(`${path}\0${hash}`, text);
    this.#length += text.length;
    for (const [key, oldest] of this.#texts) {
      if (this.#length <= MOST_LENGTH) return;
      this.#texts.delete(key);
      this.#length -= oldest.length;
    }
  }

  take(path: string, hash: string): string | undefined {
    const key = `${path}\0${hash}`;
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    this.#texts.delete(key);
    this.#length -= text.length;
    return text;
  }
}
