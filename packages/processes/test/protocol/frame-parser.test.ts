import { Buffer } from "node:buffer";
import type { JobError } from "@job-orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameParser, type FrameSink } from "../../src/index.ts";

type Found = readonly unknown[];

function parseAll(
  pieces: Iterable<Uint8Array | string>,
  kinds: { strays?: boolean; attachments?: boolean },
  maxLineBytes = 10_000,
): { found: Found; error: unknown } {
  const found: unknown[] = [];
  const sink: FrameSink = {
    onFrame: (op, id, rest) => void found.push([op, id, rest]),
    ...(kinds.attachments === true
      ? { onAttachment: (id: number, bytes: Buffer) => void found.push([id, bytes.toString("hex")]) }
      : undefined),
    ...(kinds.strays === true ? { onStray: (line: string) => void found.push(line) } : undefined),
  };
  const parser = new FrameParser(sink, { maxLineBytes, maxAttachmentBytes: 1_000 });
  try {
    for (const piece of pieces) parser.push(piece);
    return { found, error: undefined };
  } catch (error) {
    return { found, error };
  }
}

const kinds = fc.record({ strays: fc.boolean(), attachments: fc.boolean() });
const alphabet = ["K", "D", "Z", " ", "\n", "0", "5", "12", "{", '"', "\x1e", "å", "😀", "\\u", "__proto__", "hello"].map((text) =>
  Buffer.from(text),
);
const almostFrames = fc
  .array(fc.oneof(fc.constantFrom(...alphabet), fc.uint8Array({ maxLength: 3 })), { maxLength: 200 })
  .map((parts) => Buffer.concat(parts));

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.byteLength; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

describe("a parser of frames", () => {
  test("finds attachments behind separators and prints, however they are cut", () => {
    const text = "a print\x1eD 1 5\na\n\x1eD \x1eK 1\nmore\n\x1eD 2 0\n\x1eK 2\n";
    const heard = (cut: number): readonly string[] => {
      const all: string[] = [];
      const parser = new FrameParser({
        onFrame: (op, id) => void all.push(`${String.fromCharCode(op)} ${id}`),
        onAttachment: (id, bytes) => void all.push(`D ${id} ${JSON.stringify(bytes.toString())}`),
        onStray: (line) => void all.push(line),
      });
      parser.push(text.slice(0, cut));
      parser.push(text.slice(cut));
      return all;
    };
    for (let cut = 0; cut <= text.length; cut++) {
      expect(heard(cut)).toEqual(["a print", 'D 1 "a\\n\\u001eD "', "K 1", "more", 'D 2 ""', "K 2"]);
    }
  });

  test("finds the same in any bytes, however they are cut, and fails alike", () => {
    fc.assert(
      fc.property(almostFrames, fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }), kinds, (bytes, sizes, kinds) => {
        const whole = parseAll([bytes], kinds);
        const pieces = parseAll(cut(bytes, sizes), kinds);
        expect((pieces.error as JobError | undefined)?.code).toBe((whole.error as JobError | undefined)?.code);
        // Before a violation one cut may have shown more of what was right.
        if (whole.error === undefined) expect(pieces.found).toEqual(whole.found);
        else expect(pieces.found.slice(0, whole.found.length)).toEqual(whole.found.slice(0, pieces.found.length));
      }),
      { numRuns: 3_000 },
    );
  });

  test("throws nothing but its own errors, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), kinds, (bytes, kinds) => {
        const { error } = parseAll([bytes], kinds);
        if (error !== undefined) expect(["ERR_PROTOCOL", "ERR_FRAME_TOO_LARGE"]).toContain((error as JobError).code);
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes texts as well as bytes", () => {
    expect(parseAll(["K 1 å\nK ", "2 b\n"], {})).toEqual(parseAll([Buffer.from("K 1 å\nK 2 b\n")], {}));
  });

  test("finds a thousand frames in one piece", () => {
    const text = Array.from({ length: 1_000 }, (_, id) => `K ${id} {"n":${id}}\n`).join("");
    const { found } = parseAll([text], {});
    expect(found).toHaveLength(1_000);
    expect(found[999]).toEqual([0x4b, 999, '{"n":999}']);
  });

  test("gives no frame that never ended, and knows that one has begun", () => {
    const found: number[] = [];
    const parser = new FrameParser({ onFrame: (_, id) => void found.push(id) });
    parser.push("K 1 1\nK 2 2");
    expect(found).toEqual([1]);
    expect(parser.unfinished).toBe(true);
    expect(parser.pendingBytes).toBe(5);
    parser.push("\n");
    expect(found).toEqual([1, 2]);
    expect(parser.unfinished).toBe(false);
  });

  test("a line exactly at the limit passes, one byte more does not, in one piece or many", () => {
    const limit = 64;
    for (const [extra, code] of [
      [0, undefined],
      [1, "ERR_FRAME_TOO_LARGE"],
    ] as const) {
      const line = Buffer.from(`K 1 ${"å".repeat((limit - 4) / 2)}${"x".repeat(extra)}\n`);
      for (const pieces of [[line], cut(line, [1]), cut(line, [7])]) {
        expect((parseAll(pieces, {}, limit).error as JobError | undefined)?.code).toBe(code);
      }
    }
  });

  test("an attachment that says 4 GiB costs nothing", () => {
    const before = process.memoryUsage.rss();
    for (const length of ["4294967296", "999999999999999", "1001"]) {
      expect(parseAll([`D 1 ${length}\n`], { attachments: true }).error).toMatchObject({ code: "ERR_FRAME_TOO_LARGE" });
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test("a line that comes byte by byte takes about its own length", () => {
    const parser = new FrameParser({ onFrame: () => undefined });
    const byte = Buffer.from("x");
    parser.push('K 1 "');
    for (let count = 0; count < 300_000; count++) parser.push(byte);
    expect(parser.pendingBytes).toBe(300_005);
  });

  test("is of no more use after a violation", () => {
    const parser = new FrameParser({ onFrame: () => undefined });
    expect(() => parser.push("nonsense\n")).toThrow("A line is no frame");
    expect(() => parser.push("K 1 1\n")).toThrow("A line is no frame");
  });

  test("says nothing of what a payload holds", () => {
    const error = parseAll([Buffer.from([0x4b, 0x20, 0x31, 0x20, 0xff, 0x0a])], {}).error;
    expect(error).toMatchObject({ code: "ERR_PROTOCOL", message: "A line is not UTF-8" });
  });
});
