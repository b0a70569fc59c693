import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { file, folder, frame, never, open, receiver, sender, take, text, work } from "./support/scene.ts";

const program = fileURLToPath(new URL("fixtures/send-twelve.ts", import.meta.url));

const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

/** Lets system calls fail. Source: https://man7.org/linux/man-pages/man1/strace.1.html */
function underFaults(inject: string) {
  const path = file();
  spawnSync(process.execPath, [program, path], { encoding: "utf8" }); // the file is there already
  const { stdout, error } = spawnSync("strace", ["-f", "-qq", "-o", "/dev/null", "-e", inject, process.execPath, program, path], {
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  return JSON.parse(stdout) as { readonly outcomes: Record<string, string>; readonly received: readonly string[] };
}

test.skipIf(!canTrace).each([
  ["a sync that fails", "inject=fsync:error=EIO:when=3..4"],
  ["a write that fails", "inject=pwrite64:error=EIO:when=20..26"],
  ["a write without space", "inject=pwrite64:error=ENOSPC:when=20..26"],
])(
  "%s is a coded error, what was accepted is there, and the transport goes on",
  (_name, inject) => {
    const { outcomes, received } = underFaults(inject);
    const failed = Object.values(outcomes).filter((outcome) => outcome !== "accepted");
    expect(failed.length).toBeGreaterThan(0);
    for (const outcome of failed) expect(outcome).toMatch(/^ERR_SEND (later|unknown)$/);
    expect(outcomes["f11"]).toBe("accepted");
    for (const [id, outcome] of Object.entries(outcomes)) {
      if (outcome === "accepted") expect(received).toContain(id);
      if (outcome === "ERR_SEND later") expect(received.filter((each) => each === id).length).toBeLessThanOrEqual(1);
    }
  },
  30_000,
);

test("copies of the files taken while it is written to open to a beginning of what was sent", async () => {
  const path = file();
  const transport = open(path, { access: "exclusive" }); // WAL whatever the engine
  const sends = await sender(transport, work());
  const copies: { readonly path: string; readonly sent: number; readonly acceptedBefore: number }[] = [];
  let sent = 0;
  for (let round = 0; round < 12; round++) {
    for (let batch = 0; batch < 5; batch++) {
      await sends.send(
        Array.from({ length: 10 }, () => frame(String(sent++))),
        never,
      );
    }
    const copy = join(folder(), "copy.db");
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    // The end of the log as a crash may leave it.
    const cut = Math.floor(Math.random() * 20_000);
    const { length } = readFileSync(`${copy}-wal`);
    truncateSync(`${copy}-wal`, Math.max(0, length - cut));
    copies.push({ path: copy, sent, acceptedBefore: cut === 0 ? sent : 0 });
  }
  for (const copy of copies) {
    expect(existsSync(copy.path)).toBe(true);
    const opened = open(copy.path, { access: "exclusive" });
    const { ready } = await opened.depth("work").catch((error: unknown) => {
      expect(error).toMatchObject({ code: "ERR_STORE" });
      return { ready: 0 };
    });
    expect(ready % 10).toBe(0); // whole calls only
    expect(ready).toBeGreaterThanOrEqual(copy.acceptedBefore);
    if (ready === 0) continue;
    const texts = (await take(await receiver(opened, work()), ready)).map(text);
    expect(texts).toEqual(Array.from({ length: ready }, (_, index) => String(index)));
  }
});
