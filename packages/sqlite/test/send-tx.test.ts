import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { broadcast, file, frame, frames, open, quiet, receiver, sender, take, takeOne, text, work } from "./support/scene.ts";

/** The application's connection to a file of its own with queues in it. */
async function application(capacity?: { readonly frames: number }) {
  const path = file();
  const db = new DatabaseSync(path);
  db.exec("create table orders (id integer primary key, thing text)");
  const transport = open(path, { besideOwnTables: true, ...(capacity === undefined ? {} : { capacity }) });
  await sender(transport, work());
  const order = db.prepare("insert into orders (thing) values (?)");
  return { db, transport, order };
}

test("what is enqueued in the caller's transaction exists when it commits", async () => {
  const { db, transport, order } = await application();
  const mine = await receiver(transport, work());
  const waiting = takeOne(mine);
  db.exec("begin immediate");
  order.run("milk");
  transport.enqueue(db, work(), [frame("ship milk", { priority: 7 }, { tenant: "a" })]);
  expect(await transport.depth("work")).toMatchObject({ ready: 0 });
  db.exec("commit");
  const delivery = await waiting;
  expect(text(delivery)).toBe("ship milk");
  expect(delivery.frame).toMatchObject({ headers: { tenant: "a" }, options: { priority: 7 } });
  db.close();
});

test("what is enqueued in the caller's transaction never was when it rolls back", async () => {
  const { db, transport, order } = await application();
  const mine = await receiver(transport, work());
  db.exec("begin");
  order.run("milk");
  transport.enqueue(db, work(), frames(3));
  db.exec("rollback");
  expect(await quiet(mine)).toEqual([]);
  db.exec("begin");
  transport.enqueue(db, work(), [frame("after")]);
  db.exec("commit");
  expect(text(await takeOne(mine))).toBe("after");
  db.close();
});

test("where somebody else has written since the transaction began it is refused with a code, and can be tried again", async () => {
  const { db, transport } = await application();
  const mine = await receiver(transport, work());
  db.exec("begin; select count(*) from orders");
  await (await sender(transport, work())).send([frame("faster")], new AbortController().signal);
  expect(() => transport.enqueue(db, work(), [frame("late")])).toThrow(expect.objectContaining({ code: "ERR_SEND", retry: "later" }));
  db.exec("rollback; begin immediate");
  transport.enqueue(db, work(), [frame("late")]);
  db.exec("commit");
  expect((await take(mine, 2)).map(text)).toEqual(["faster", "late"]);
  db.close();
});

test("several enqueues of one transaction, to a broadcast channel as well, keep their order", async () => {
  const { db, transport } = await application();
  const [mine, listener] = [await receiver(transport, work()), await receiver(transport, broadcast())];
  db.exec("begin");
  transport.enqueue(db, work(), [frame("1"), frame("2", { orderKey: "k" })]);
  transport.enqueue(db, broadcast(), [frame("news")]);
  transport.enqueue(db, work(), [frame("3")]);
  db.exec("commit");
  expect((await take(mine, 3)).map(text)).toEqual(["1", "2", "3"]);
  expect(text(await takeOne(listener))).toBe("news");
  db.close();
});

test("without a transaction, on another file, or into a full channel it is refused with a code", async () => {
  const { db, transport } = await application({ frames: 2 });
  expect(() => transport.enqueue(db, work(), frames(1))).toThrow(expect.objectContaining({ code: "ERR_OPTION" }) as Error);
  const elsewhere = new DatabaseSync(":memory:");
  elsewhere.exec("begin");
  expect(() => transport.enqueue(elsewhere, work(), frames(1))).toThrow(expect.objectContaining({ code: "ERR_OPTION" }) as Error);
  db.exec("begin");
  expect(() => transport.enqueue(db, work(), frames(3))).toThrow(expect.objectContaining({ code: "ERR_SEND", retry: "later" }) as Error);
  transport.enqueue(db, work(), frames(2));
  db.exec("commit");
  expect(await transport.depth("work")).toMatchObject({ ready: 2 });
  elsewhere.close();
  db.close();
});
