import { stripVTControlCharacters, styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Where a run shows itself. */
export interface Screen {
  /** Lines that stay, above what changes. */
  readonly print: (...lines: readonly string[]) => void;
  /** Lines that take the place of those drawn before; only where `live`. */
  readonly draw: (lines: readonly string[]) => void;
  /** What is drawn stays; what comes goes below it. */
  readonly keep: () => void;
  /** Whether lines can be drawn over. */
  readonly live: boolean;
  readonly columns: () => number;
  /** Colour, where the terminal has it and `NO_COLOR` is not set. */
  readonly paint: (format: Format, text: string) => string;
}

const ESC = "\u001b[";

/** A screen on a stream: a terminal, a file or a pipe. */
export function screenOn(stream: NodeJS.WriteStream): Screen {
  const live = Boolean(stream.isTTY) && process.env["TERM"] !== "dumb";
  let drawn: readonly string[] = [];
  const columns = (): number => (live && stream.columns > 0 ? stream.columns : 100);
  const erase = (): string => {
    const rows = drawn.reduce((sum, line) => sum + rowsOf(line, columns()), 0);
    return rows === 0 ? "" : `${ESC}${rows}A\r${ESC}J`; // a line wraps when the window got narrower since
  };
  return {
    live,
    columns,
    paint: (format, text) => styleText(format, text, { stream }),
    print: (...lines) => {
      const kept = drawn;
      stream.write(`${erase()}${lines.join("\n")}\n${kept.map((line) => `${line}\n`).join("")}`);
    },
    keep: () => {
      drawn = [];
    },
    draw: (lines) => {
      if (!live) return;
      const before = erase();
      drawn = lines;
      stream.write(`${before}${lines.map((line) => `${line}\n`).join("")}`);
    },
  };
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
}
