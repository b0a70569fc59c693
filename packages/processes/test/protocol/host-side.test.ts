import { describe, expect, test } from "vitest";
import { HostReader, HostWriter, TokenGate } from "../../src/index.ts";
import { readPayload, writePayload } from "../../src/protocol/payload.ts";

function written(caps: readonly string[], say: (writer: HostWriter) => void, maxLineBytes?: number): string {
  const chunks: (string | Buffer)[] = [];
  const writer = new HostWriter((chunk) => void chunks.push(chunk), new Set(caps), maxLineBytes === undefined ? {} : { maxLineBytes });
  try {
    say(writer);
  } finally {
    writer.flush();
  }
  return chunks.map(String).join("");
}

describe("what a host sends", () => {
  test("leaves in one write", () => {
    let writes = 0;
    const writer = new HostWriter(() => void writes++, new Set());
    for (let id = 0; id < 100; id++) writer.run(id, "echo", { id });
    writer.flush();
    writer.flush();
    expect(writes).toBe(1);
    expect(writer.isEmpty).toBe(true);
  });

  test("what JSON would alter is refused with the path to it, and the frames around it are sent", () => {
    const values = [{ a: [1, new Date(0)] }, { b: Number.NaN }, { c: -0 }, { d: 1n }, [undefined], { e: new Map() }];
    const paths = ["a[1]", "b", "c", "d", "[0]", "e"];
    for (const [index, value] of values.entries()) {
      const text = written([], (writer) => {
        writer.ping(1);
        expect(() => writer.run(1, "echo", value)).toThrow(expect.objectContaining({ code: "ERR_ENCODE", path: paths[index] }));
        writer.ping(2);
      });
      expect(text).toBe("P 1\nP 2\n");
    }
  });

  test("functions are refused, with tags too", () => {
    expect(() => writePayload({ run: () => 1 }, true)).toThrow(expect.objectContaining({ code: "ERR_ENCODE", path: "run" }));
  });

  test("with tags it comes back as it was", () => {
    const value = { when: new Date(1), many: new Map([[1n, new Set(["å"])]]), none: undefined, $: "plain" };
    expect(readPayload(writePayload(value, true).slice(1), true)).toEqual(value);
  });

  test("a line over the limit is refused, and nothing of it is sent", () => {
    const text = written(
      [],
      (writer) => {
        expect(() => writer.run(1, "echo", "x".repeat(100))).toThrow(expect.objectContaining({ code: "ERR_TOO_LARGE" }));
        writer.run(2, "echo", "y");
      },
      64,
    );
    expect(text).toBe('R 2 echo "y"\n');
  });

  test("buffers go as attachments where the worker takes them", () => {
    expect(written(["bin"], (writer) => writer.run(1, "echo", Buffer.from("a\nb")))).toBe("D 1 3\na\nbR 1 echo\n");
  });

  test("a job's name cannot hold a frame", () => {
    expect(() => written([], (writer) => writer.run(1, "a\nX 2", 1))).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});

test("an unfinished frame is seen, for its time limit", () => {
  const reader = new HostReader({ onHello: () => undefined, onFrame: () => undefined, onRefused: () => undefined });
  reader.push('H 0 {"v":1,');
  expect(reader.unfinished).toBe(true);
  reader.push('"name":"w","jobs":["a"]}\n');
  expect(reader.unfinished).toBe(false);
  expect(reader.hello).toMatchObject({ credit: 1, pid: undefined });
});

describe("the gate for workers that dial in", () => {
  const token = "0123456789abcdef-token";

  test("gives what follows the right token, however it is cut", () => {
    const bytes = Buffer.from(`LJP/1 ${token}\nH 0 {}\n`);
    for (let at = 0; at <= bytes.byteLength; at++) {
      const gate = new TokenGate(token);
      const first = gate.push(bytes.subarray(0, at));
      const rest = first === undefined ? gate.push(bytes.subarray(at)) : Buffer.concat([first, bytes.subarray(at)]);
      expect(String(rest)).toBe("H 0 {}\n");
    }
  });

  test.each([
    ["a wrong token", `LJP/1 ${token.slice(0, -1)}x\n`],
    ["a longer token", `LJP/1 ${token}x\n`],
    ["no token", "LJP/1 \n"],
    ["HTTP", "G"],
    ["TLS", "\x16\x03\x01"],
    ["a line without end", `LJP/1 ${"x".repeat(10_000)}`],
  ])("lets %s not pass", (_, sent) => {
    expect(() => new TokenGate(token).push(Buffer.from(sent))).toThrow(expect.objectContaining({ code: "ERR_PROTOCOL" }));
  });

  test("takes no token that could be guessed or not be sent", () => {
    for (const bad of ["", "short", "with space with space", "å".repeat(20)]) {
      expect(() => new TokenGate(bad)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    }
  });
});
