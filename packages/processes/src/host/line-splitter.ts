import { StringDecoder } from "node:string_decoder";

const LONGEST_LINE = 16 * 1024;
/** What a program may print per second before the rest of that second is only counted. */
const MOST_LINES_PER_SECOND = 1_000;
const TAIL_CHARS = 8 * 1024;

/** A program's output as lines, however much of it there is: long lines are cut, a flood is counted instead of passed on. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #tail = "";
  #second = 0;
  #lines = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** The last of all that was printed. */
  get tail(): string {
    return this.#tail;
  }

  push(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
    const lines = (this.#rest + text).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) this.#pass(line);
  }

  end(): void {
    if (this.#rest !== "") this.#pass(this.#rest);
    this.#rest = "";
  }

  #pass(line: string): void {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      const dropped = this.#lines - MOST_LINES_PER_SECOND;
      if (dropped > 0) this.#onLine(`(${dropped} more lines)`);
      this.#second = second;
      this.#lines = 0;
    }
    if (++this.#lines <= MOST_LINES_PER_SECOND) this.#onLine(line.slice(0, LONGEST_LINE));
  }
}
