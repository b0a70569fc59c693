import { readFileSync } from "node:fs";
import { type Hello, HostReader, type HostSink } from "../../src/index.ts";

export interface Heard {
  readonly op?: string;
  readonly id?: number;
  readonly value?: unknown;
  readonly bytes?: string;
  readonly refused?: string;
  readonly stray?: string;
}

export interface WorkerVector {
  readonly name: string;
  readonly sent: string;
  readonly stdio?: boolean;
  readonly offered?: readonly never[];
  readonly maxLineBytes?: number;
  readonly expect: readonly Heard[];
  readonly error?: string;
}

export const vectors = JSON.parse(readFileSync(new URL("../../protocol/vectors.json", import.meta.url), "utf8")) as {
  readonly workerToHost: readonly WorkerVector[];
  readonly hostToWorker: readonly { readonly name: string; readonly call: readonly [string, ...unknown[]]; readonly sent: string }[];
};

/** What a host hears of these pieces, and the code of the error that ended it. */
export function hear(
  vector: Omit<WorkerVector, "sent" | "expect" | "name">,
  pieces: Iterable<Uint8Array>,
): { heard: Heard[]; error: string | undefined } {
  const heard: Heard[] = [];
  const sink: HostSink = {
    onHello: ({ caps, ...hello }: Hello) => void heard.push({ op: "H", id: 0, value: { ...hello, caps: [...caps] } }),
    onFrame: (op, id, value) => {
      const letter = String.fromCharCode(op);
      if (Buffer.isBuffer(value)) heard.push({ op: letter, id, bytes: value.toString("latin1") });
      else heard.push(value === undefined ? { op: letter, id } : { op: letter, id, value });
    },
    onRefused: (op, id, why) => void heard.push({ op: String.fromCharCode(op), id, refused: why.code }),
    ...(vector.stdio === true ? { onStray: (stray: string) => void heard.push({ stray }) } : undefined),
  };
  const reader = new HostReader(sink, {
    offered: vector.offered ?? [],
    ...(vector.maxLineBytes === undefined ? undefined : { maxLineBytes: vector.maxLineBytes }),
  });
  try {
    for (const piece of pieces) reader.push(piece);
    return { heard, error: undefined };
  } catch (error) {
    return { heard, error: (error as { readonly code?: string }).code ?? String(error) };
  }
}
