import { job, processor, start } from "@job-orch/core";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sqlite } from "../../src/index.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "job-orch-deleted-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const echo = job<number, number>()({ name: "echo", run: (value) => value });

// On POSIX SQLite goes on writing to a file that has no name any more: `send` resolved, and nobody could find the request again.
it.each([
  ["deleted", (file: string) => ["", "-wal", "-shm"].forEach((end) => rmSync(file + end, { force: true }))],
  ["moved", (file: string) => renameSync(file, `${file}.moved`)],
])("a send after the file was %s is refused with a code, and so is everything after it", async (_how, takeAway) => {
  const file = join(folder, "jobs.db");
  const transport = sqlite(file);
  const hosted = processor(echo, { transport });
  const running = start(hosted);
  const ended = running.ended.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    expect(await hosted.call(1)).toBe(1);

    takeAway(file);

    await expect(hosted.send(2)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(STORE|SEND)$/) as string, retry: "never" });
    expect(await ended).toMatchObject({ code: "ERR_STORE", retry: "never" });
    await expect(hosted.call(3)).rejects.toMatchObject({ retry: "never" });
    await expect(transport.depth("echo")).rejects.toMatchObject({ code: "ERR_STORE" });
  } finally {
    await running.stop();
    await hosted.close();
    await transport[Symbol.asyncDispose]();
  }
});
