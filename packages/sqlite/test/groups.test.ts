import { type Clock, systemClock } from "@job-orch/core";
import { DatabaseSync } from "node:sqlite";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { removeIdle } from "../src/groups.ts";
import type { SqliteTransport } from "../src/index.ts";
import { toSettings } from "../src/options.ts";
import { Store } from "../src/store.ts";
import { ack, broadcast, file, frame, frames, never, open, receiver, send, sender, settle, take, text, work } from "./support/scene.ts";

const GROUP = { group: "audit" } as const;

/** A group that is full, its one receiver gone; and a clock to set forward. */
async function fullGroup(
  count: number,
): Promise<{ readonly transport: SqliteTransport; readonly path: string; readonly pass: (ms: number) => void }> {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const path = file();
  const transport = open(path, { capacity: { frames: count }, clock });
  await (await receiver(transport, broadcast(), GROUP))[Symbol.asyncDispose]();
  await send(transport, broadcast(), frames(count));
  return { transport, path, pass: (ms) => void (aheadMs += ms) };
}

const failure = (promise: PromiseLike<unknown> | void): Promise<unknown> => Promise.resolve(promise).catch((error: unknown) => error);

test("a full group whose receivers are away for a moment makes senders wait for them", async () => {
  const { transport } = await fullGroup(3);
  const sending = send(transport, broadcast(), [frame("late")]);
  const back = await receiver(transport, broadcast(), GROUP);
  await settle(back, await take(back, 1), ack);
  await sending;
  expect((await take(back, 3)).map(text)).toEqual(["1", "2", "late"]);
});

test("a full group that nobody has received from in a while refuses sends, by its name, and says how many it took", async () => {
  const { transport, pass } = await fullGroup(3);
  const sends = await sender(transport, broadcast());
  pass(3_600_000);
  expect(await failure(sends.send([frame("a"), frame("b")], never))).toMatchObject({
    code: "ERR_SEND",
    retry: "later",
    accepted: 0,
    message: expect.stringMatching(
      /"audit" is full, and nobody has received from it for 3\d{3} s.*remove\("news@audit", \{\}\).*removeGroup/,
    ) as string,
  });
  expect(await transport.remove("news@audit", { ids: [(await transport.list("news@audit", { limit: 1 })).items[0]?.id ?? ""] })).toBe(1);
  expect(await failure(sends.send([frame("c"), frame("d")], never))).toMatchObject({ code: "ERR_SEND", accepted: 1 });
  expect(await transport.remove("news@audit", {})).toBe(3);
  await sends.send([frame("e")], never);
  expect(await transport.depth("news@audit")).toMatchObject({ ready: 1 });
});

test(
  "a settlement that sends to a full group that nobody receives from is refused, not let through without bound",
  { timeout: 30_000 },
  async () => {
    const { transport, pass } = await fullGroup(3);
    await send(transport, work(), [frame("job")]);
    const mine = await receiver(transport, work());
    const [held] = await take(mine, 1);
    if (held === undefined) throw new Error("nothing came");
    pass(3_600_000);
    const sends = [{ channel: broadcast(), frames: [frame("news")] }];
    expect(await failure(mine.settle([{ delivery: held, outcome: ack, sends }]) as Promise<unknown>)).toMatchObject({
      code: "ERR_SEND",
      retry: "later",
    });
    await transport.removeGroup("news", "audit");
    expect(await mine.settle([{ delivery: held, outcome: ack, sends }])).toBeUndefined();
    expect(await transport.depth("work")).toMatchObject({ completed: 1, inFlight: 0 });
  },
);

test("a group that is removed is gone with what it held; its receivers hear of it, and the next one begins anew", async () => {
  const path = file();
  const [transport, elsewhere] = [open(path, { capacity: { frames: 5 } }), open(path)];
  const [mine, theirs] = [
    await receiver(transport, broadcast(), { ...GROUP, maxInFlight: 1 }),
    await receiver(elsewhere, broadcast(), GROUP),
  ];
  await send(transport, broadcast(), frames(3));
  const held = await take(theirs, 3);
  const waiting = failure(Promise.resolve(mine.receive(1, never)));
  const theirWaiting = failure(Promise.resolve(theirs.receive(1, never)));

  expect(await transport.removeGroup("news", "audit")).toBe(true);
  expect(await transport.removeGroup("news", "audit")).toBe(false);
  expect(await transport.removeGroup("news", "unheard-of")).toBe(false);

  for (const gone of [await waiting, await theirWaiting]) expect(gone).toMatchObject({ code: "ERR_RECEIVE", retry: "later" });
  expect((await settle(theirs, held, ack))?.lost).toHaveLength(3);
  await send(transport, broadcast(), [frame("to nobody")]);
  const db = new DatabaseSync(path, { timeout: 5_000 });
  const left = (): unknown => db.prepare("select (select count(*) from jo_frames) + (select count(*) from jo_queues) as count").get();
  await until("nothing is left of it", () => (left() as { readonly count: number }).count === 0);
  db.close();
  const again = await receiver(transport, broadcast(), GROUP);
  await send(transport, broadcast(), [frame("anew")]);
  expect((await take(again, 1)).map(text)).toEqual(["anew"]);
});

test("groups that nobody received from for as long as the options say are removed, and no others", async () => {
  const { transport, path, pass } = await fullGroup(3);
  const store = new Store(toSettings(path, {}));
  const sql = await store.open();
  pass(100_000);
  await receiver(transport, broadcast(), { group: "alive" });
  const end = (idleMs: number) => store.transaction(sql, (tx) => removeIdle(Object.assign(tx, { nowMs: Date.now() + 100_000 }), idleMs));
  expect(end(200_000)).toEqual({ ok: true });
  expect(await transport.depth("news@audit")).toMatchObject({ ready: 3 });
  expect(end(90_000)).toEqual({ ok: true });
  expect(await transport.removeGroup("news", "audit")).toBe(false);
  expect(await transport.removeGroup("news", "alive")).toBe(true);
  await store.close();
});

test("a file of the first schema gets what groups need when it is opened", async () => {
  const { transport, path } = await fullGroup(2);
  await transport[Symbol.asyncDispose]();
  const db = new DatabaseSync(path);
  db.exec("alter table jo_queues drop column read_ms; update jo_meta set version = 1; pragma user_version = 1");
  db.close();
  const newer = open(path);
  expect((await take(await receiver(newer, broadcast(), GROUP), 2)).map(text)).toEqual(["0", "1"]);
});
