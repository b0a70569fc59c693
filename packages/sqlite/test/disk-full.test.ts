import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { ack, folder, frame, later, open, receiver, send, sender, settle, take, never, work } from "./support/scene.ts";

/** A file system of 2 MiB; `undefined` where this user may not mount one. */
function smallDisk(): string | undefined {
  const path = folder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", path]).status !== 0) return undefined;
  later(() => void spawnSync("umount", ["-l", path]));
  return path;
}

function fill(path: string): void {
  const fd = openSync(path, "w");
  try {
    for (let size = 65_536; size >= 512; size /= 2) {
      try {
        for (;;) writeSync(fd, Buffer.alloc(size));
      } catch {
        continue; // full for pieces of this size
      }
    }
  } finally {
    closeSync(fd);
  }
}

test("a full disk is a coded error at send; nothing acknowledged is lost, and it goes on when there is space", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) return context.skip("mounting a tmpfs is not permitted here");
  const path = join(disk, "jobs.db");
  const transport = open(path);
  const sends = await sender(transport, work());
  const mine = await receiver(transport, work());
  const big = () => ({ ...frame("x"), body: new Uint8Array(20_000) });
  const accepted: string[] = [];
  const first = Array.from({ length: 5 }, big);
  await sends.send(first, never);
  accepted.push(...first.map(({ id }) => id));
  const held = await take(mine, 2);

  const filler = join(disk, "filler");
  fill(filler);
  const refused: unknown[] = [];
  for (let round = 0; round < 20; round++) {
    const one = big();
    await Promise.resolve(sends.send([one], never)).then(
      () => accepted.push(one.id),
      (error: unknown) => refused.push(error),
    );
  }
  expect(refused.length).toBeGreaterThan(0);
  for (const error of refused) expect(error).toMatchObject({ code: "ERR_SEND", accepted: 0 });
  // Reading still works, and a settle either gets through or says that it did not.
  expect((await transport.depth("work")).inFlight).toBeGreaterThanOrEqual(2);
  const settled = await Promise.resolve(settle(mine, held.slice(0, 1), ack)).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: "ERR_CONNECTION", retry: "later" });
      return false;
    },
  );

  rmSync(filler);
  await until("sending goes on", () =>
    Promise.resolve(sends.send([frame("after")], never)).then(
      () => true,
      () => false,
    ),
  );
  if (!settled) await settle(mine, held.slice(0, 1), ack);
  await settle(mine, held.slice(1), ack);
  const rest = await take(mine, accepted.length - 2 + 1);
  const ids = new Set([...held, ...rest].map((delivery) => delivery.frame.id));
  expect(accepted.filter((id) => !ids.has(id))).toEqual([]);
  await settle(mine, rest, ack);
  expect(await transport.depth("work")).toMatchObject({ ready: 0, inFlight: 0, completed: accepted.length + 1 });
});

test("receivers that wait while the disk is full get what comes afterwards", async (context) => {
  const disk = smallDisk();
  if (disk === undefined) return context.skip("mounting a tmpfs is not permitted here");
  const transport = open(join(disk, "jobs.db"));
  const mine = await receiver(transport, work());
  await send(transport, work(), [frame("warm-up")]);
  await settle(mine, await take(mine, 1), ack);
  const waiting = take(mine, 1);
  const filler = join(disk, "filler");
  fill(filler);
  const sends = await sender(transport, work());
  const attempt = (): Promise<boolean> =>
    Promise.resolve(sends.send([{ ...frame("big"), body: new Uint8Array(200_000) }], never)).then(
      () => true,
      () => false,
    );
  expect(await attempt()).toBe(false);
  rmSync(filler);
  await until("sending goes on", attempt);
  expect(await waiting).toHaveLength(1);
});
