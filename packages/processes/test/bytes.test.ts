import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { job } from "@job-orch/core";
import { processes } from "../src/index.ts";
import { pool } from "./support/pool.ts";

const bytes = job<unknown, unknown>()({ name: "bytes", run: (value) => value });
const worker = fileURLToPath(new URL("./fixtures/bytes.worker.ts", import.meta.url));
const opened = (transport: "fd3" | "stdio" | "unix" = "fd3") =>
  processes(bytes, { command: process.execPath, args: [worker], size: 1, output: "events", transport });

describe("bytes", () => {
  test.for(["fd3", "stdio", "unix"] as const)("cross as what they are, over %s", async (transport) => {
    await using echo = opened(transport);
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const values = [
      all,
      Buffer.alloc(0),
      Buffer.from("\nD 1 5\nK 1 1\n"),
      all.subarray(7, 30),
      new Uint8Array(all),
      new Float64Array([0.1, Number.NaN]),
      { a: [all, new Uint8Array([1])], when: new Date(1) },
    ];
    expect(await Promise.all(values.map((value) => echo.call(value)))).toStrictEqual(values);
  });

  test("a buffer may be longer than any line", async () => {
    await using echo = opened();
    const long = Buffer.alloc(24 * 1024 * 1024, "0123456789\n");
    expect(((await echo.call(long)) as Buffer).equals(long)).toBe(true);
    await expect(echo.call(Buffer.alloc(64 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: "ERR_TOO_LARGE" });
    expect(await echo.call("still here")).toBe("still here");
  });

  test("are read when they are sent, and a response when the job returns it", async () => {
    await using echo = opened();
    const mine = Buffer.from("before");
    const echoed = echo.call(mine);
    mine.write("after!");
    expect(String(await echoed)).toBe("before");
    const answers = await Promise.all(["one", "two", "six"].map((text) => echo.call({ scratch: text })));
    expect(answers.map(String)).toEqual(["one", "two", "six"]);
  });

  test("are refused for workers that take JSON alone, with the path to them", async () => {
    const plain = fileURLToPath(new URL("./fixtures/plain-json.worker.ts", import.meta.url));
    await using deeds = pool({ args: [plain] });
    await expect(deeds.call({ do: "echo", value: 1 })).resolves.toMatchObject({ do: "echo" });
    const refused = deeds.call({ do: "echo", value: new Uint8Array(2) });
    await expect(refused).rejects.toMatchObject({ code: "ERR_ENCODE", path: "value" });
    await expect(deeds.call(Buffer.from("x") as never)).rejects.toMatchObject({
      code: "ERR_ENCODE",
      message: expect.stringContaining("Buffer"),
    });
  });
});
