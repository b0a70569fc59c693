import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex, Readable, Writable } from "node:stream";
import type { Hello } from "../protocol/hello.ts";
import { HostReader, type Saying } from "../protocol/host-reader.ts";
import { HELLO_TIMEOUT_MS } from "../protocol/limits.ts";
import { type Cap, WORKER_OPS } from "../protocol/ops.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";

export interface SubjectOptions {
  readonly command: readonly string[];
  readonly transport: "fd3" | "stdio";
  /** What the host offers in `LJP_CAPS`. */
  readonly offered: readonly Cap[];
  /** Whether it has to announce each request by itself. */
  readonly acksEach?: boolean;
  /** Whether the worker is told that a host started it. */
  readonly hosted: boolean;
  /** How long to wait for what is not said to take longer. Units: milliseconds. Default 10,000. */
  readonly patienceMs?: number;
}

/** One thing that a worker said. */
export interface Said {
  readonly op: string;
  readonly id: number;
  readonly value: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A sign of life is waited for this long. Units: milliseconds. */
export const PATIENCE_MS = 10_000;
/** A worker that waits until its answers are read takes nothing for this long. Units: milliseconds. */
const TAKES_WITHIN_MS = 300;
const MOST_PRINTED_CHARS = 64 * 1024;

/** A worker under test: one process, and the host's end of its link. */
export class Subject {
  readonly hello: Promise<Hello>;
  readonly ended: Promise<Ended>;
  /** Everything it said after its hello. */
  readonly said: Said[] = [];
  /** What it printed on standard output and error, and lines of its link that are no frames. */
  printed = "";
  /** The first byte that came over its link. */
  firstByte: number | undefined;
  readonly #child: ChildProcess;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #patienceMs: number;
  #broken: unknown;
  #changed: (() => void)[] = [];
  #end: Ended | undefined;

  constructor({ command, transport, offered, acksEach = false, hosted, patienceMs = PATIENCE_MS }: SubjectOptions) {
    this.#patienceMs = patienceMs;
    const [program = "", ...args] = command;
    const cookie = hosted
      ? { LJP: "1", LJP_TRANSPORT: transport, LJP_CAPS: offered.join(","), ...(acksEach ? { LJP_ACKS: "each" } : {}) }
      : {};
    const { LJP: _, LJP_CAPS: __, LJP_ACKS: ___, ...rest } = process.env;
    const extra = transport === "fd3" ? (["pipe"] as const) : [];
    this.#child = spawn(program, args, { env: { ...rest, ...cookie }, stdio: ["pipe", "pipe", "pipe", ...extra], detached: true });
    const { stdin, stdout, stderr } = this.#child as ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };
    const link = this.#child.stdio[3] as Duplex | undefined;
    this.#input = link ?? stdout;
    this.#output = link ?? stdin;

    const { promise: hello, resolve: greet } = Promise.withResolvers<Hello>();
    const reader = new HostReader(
      {
        onHello: greet,
        onFrame: (op: Saying, id, value) => this.#hear({ op: String.fromCharCode(op), id, value }),
        onRefused: (_op, _id, why) => this.#break(why),
        ...(transport === "stdio" ? { onStray: (line: string) => this.#print(`${line}\n`) } : undefined),
      },
      { offered },
    );
    this.#input.on("data", (chunk: Buffer) => {
      this.firstByte ??= chunk[0];
      try {
        if (this.#broken === undefined) reader.push(chunk);
      } catch (error) {
        this.#break(error);
      }
    });
    if (link !== undefined) stdout.on("data", (chunk: Buffer) => this.#print(chunk.toString("latin1")));
    stderr.on("data", (chunk: Buffer) => this.#print(chunk.toString("latin1")));
    for (const stream of new Set([this.#input, this.#output, stdin])) stream.on("error", () => undefined); // its end says it as well
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#break(error);
        resolve({ code: null, signal: null });
      });
      this.#child.once("close", (code, signal) => {
        this.#end = { code, signal };
        if (reader.unfinished) this.#break(new ProtocolError("The worker ended in the middle of a frame"));
        this.#wake();
        resolve(this.#end);
      });
    });
    this.hello = hosted ? this.#soon(hello, Math.min(HELLO_TIMEOUT_MS, patienceMs), "said no hello") : hello;
    this.hello.catch(() => undefined); // who asks for it hears of it
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends text as it stands, once the worker has said hello. */
  async send(...lines: readonly string[]): Promise<void> {
    await this.hello;
    this.#output.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Sends bytes in pieces, each in a write of its own that has left before the next. */
  async sendPieces(pieces: Iterable<Uint8Array>): Promise<void> {
    await this.hello;
    for (const piece of pieces) {
      await new Promise<void>((resolve, reject) => void this.#output.write(piece, (error) => (error ? reject(error) : resolve())));
      await new Promise((resolve) => void setTimeout(resolve, 1)); // or the system would join it with the next
    }
  }

  /** Sends lines one by one, each when the worker has taken the one before; all at once when it takes nothing more for a while. */
  async sendAsTaken(lines: readonly string[]): Promise<void> {
    await this.hello;
    for (const [at, line] of lines.entries()) {
      const { promise: taken, resolve } = Promise.withResolvers<boolean>();
      const stuck = setTimeout(resolve, TAKES_WITHIN_MS, false);
      this.#output.write(`${line}\n`, () => resolve(true));
      const goesOn = await taken;
      clearTimeout(stuck);
      if (!goesOn) return this.send(...lines.slice(at + 1));
    }
  }

  /** Nothing is read from it for a while. */
  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    this.#input.resume();
  }

  /** Closes the host's side, as the end of the host does. */
  hangUp(): void {
    if (this.#input === (this.#output as unknown)) this.#input.destroy();
    else this.#output.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first answer to a request: `K`, `E`, or `T` when it went back. */
  answer(id: number, patienceMs = this.#patienceMs): Promise<Said> {
    return this.first(({ op, id: of }) => of === id && (op === "K" || op === "E" || op === "T"), `answer to request ${id}`, patienceMs);
  }

  /** What the worker said that `matches`, now or within the patience. */
  async first(matches: (said: Said) => boolean, what: string, patienceMs = this.#patienceMs): Promise<Said> {
    const until = Date.now() + patienceMs;
    for (let at = 0; ;) {
      for (; at < this.said.length; at++) if (matches(this.said[at] as Said)) return this.said[at] as Said;
      if (this.#broken !== undefined) throw this.#broken;
      if (this.#end !== undefined) assert.fail(`the worker ended (${how(this.#end)}) without: ${what}${this.#tail()}`);
      const leftMs = until - Date.now();
      if (leftMs <= 0) assert.fail(`within ${patienceMs} ms there was no ${what}${this.#tail()}`);
      await this.#change(leftMs);
    }
  }

  /** How it ended, within the patience. */
  async end(patienceMs: number): Promise<Ended> {
    return this.#soon(this.ended, patienceMs, "did not end");
  }

  /** Ends it at once, with all that it started. */
  async kill(): Promise<void> {
    try {
      if (this.pid !== 0) process.kill(-this.pid, "SIGKILL");
    } catch {
      // it has ended by itself
    }
    this.#input.resume();
    this.#child.stdin?.destroy();
    if (this.pid !== 0 && this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #hear(said: Said): void {
    this.said.push(said);
    this.#wake();
  }

  #break(error: unknown): void {
    this.#broken ??= error;
    this.#wake();
  }

  #print(text: string): void {
    this.printed = (this.printed + text).slice(-MOST_PRINTED_CHARS);
    this.#wake();
  }

  #tail(): string {
    const last = this.printed.trimEnd().split("\n").slice(-12).join(" | ").slice(-800);
    return last === "" ? "" : `; it printed: ${last}`;
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }

  #change(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#changed.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async #soon<Value>(value: Promise<Value>, patienceMs: number, otherwise: string): Promise<Value> {
    let settled = false;
    const watched = value.finally(() => {
      settled = true;
      this.#wake();
    });
    const until = Date.now() + patienceMs;
    while (!settled) {
      if (this.#broken !== undefined) throw this.#broken;
      if (this.#end !== undefined && otherwise !== "did not end")
        assert.fail(`the worker ended (${how(this.#end)}) and ${otherwise}${this.#tail()}`);
      if (Date.now() >= until) assert.fail(`within ${patienceMs} ms the worker ${otherwise}${this.#tail()}`);
      await this.#change(until - Date.now());
    }
    return watched;
  }
}

/** The letter of what a worker says, for clauses that compare. */
export function letter(op: keyof typeof WORKER_OPS): string {
  return String.fromCharCode(WORKER_OPS[op]);
}

function how({ code, signal }: Ended): string {
  return signal === null ? `code ${String(code)}` : signal;
}
