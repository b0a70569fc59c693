import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { randomFrom } from "./random.ts";

const WORDS = ["alpha", "beta", "gamma", "délta", "Eventual", "fooBar", "HTTPServer", "x1", "naïve", "ключ", "zeta_eta", "iota"];
const TOO_LARGE_BYTES = 1024 * 1024 + 1;

/** A directory of generated files, some of which cannot be indexed. */
export class Tree {
  readonly root: string;
  readonly #random: () => number;
  readonly #texts: string[] = [];
  #made = 0;
  #timeS = 1_700_000_000;

  constructor(root: string, seed: number) {
    this.root = root;
    this.#random = randomFrom(seed);
    mkdirSync(root, { recursive: true });
  }

  /** Text files in nested folders. */
  addTexts(count: number): void {
    for (let added = 0; added < count; added++) {
      const place = this.#made++;
      const path = `d${place % 7}/e${place % 13}/f${place}.${place % 3 === 0 ? "ts" : "md"}`;
      this.#texts.push(path);
      this.write(path, this.#text());
    }
  }

  changeTexts(count: number): void {
    for (let changed = 0; changed < count; changed++) this.write(this.#pick(), this.#text());
  }

  removeTexts(count: number): void {
    for (let removed = 0; removed < count; removed++) {
      const path = this.#pick();
      this.#texts.splice(this.#texts.indexOf(path), 1);
      rmSync(join(this.root, path));
    }
  }

  /** One or more of every kind that ends in the dead letters, and links that must not be followed. */
  addTrouble(): void {
    this.write("bad/picture.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]));
    this.write("bad/late-nul.txt", `${"text ".repeat(4_000)}\0`);
    this.write("bad/controls", Buffer.from([0xff, 0x01, 0x02, 0x80]));
    this.write("bad/latin-1.txt", Buffer.from("caf\u00e9 cr\u00e8me", "latin1"));
    this.write("bad/cut-off.txt", Buffer.from("caf\u00e9").subarray(0, 4));
    this.write("bad/large.txt", "a".repeat(TOO_LARGE_BYTES));
    this.write("just-fits.txt", `needle ${" ".repeat(TOO_LARGE_BYTES - 9)}.`);
    this.write("empty.txt", "");
    symlinkSync("nowhere", join(this.root, "bad/dangling"));
    symlinkSync("loop", join(this.root, "bad/loop"));
    symlinkSync("..", join(this.root, "bad/up"));
    symlinkSync("../just-fits.txt", join(this.root, "bad/link.txt"));
  }

  write(path: string, content: string | Buffer): void {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    // Every version has a time of its own, however coarse the file system's clock is.
    this.#timeS += 1;
    utimesSync(full, this.#timeS, this.#timeS);
  }

  #pick(): string {
    const path = this.#texts[Math.floor(this.#random() * this.#texts.length)];
    if (path === undefined) throw new Error("The tree has no text left");
    return path;
  }

  #text(): string {
    const length = 20 + Math.floor(this.#random() ** 3 * 2_000);
    const words = Array.from(
      { length },
      () => `${WORDS[Math.floor(this.#random() * WORDS.length)]}${this.#random() < 0.3 ? Math.floor(this.#random() * 1000) : ""}`,
    );
    return words.map((word, at) => (at % 9 === 8 ? `${word};\n` : `${word} `)).join("");
  }
}
