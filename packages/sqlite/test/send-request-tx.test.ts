import { job, processor } from "@job-orch/core";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sendTx, sqlite } from "../src/index.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "job-orch-tx-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a request sent in the caller's transaction exists with its commit, and never did with its rollback", async () => {
  const file = join(folder, "jobs.db");
  const transport = sqlite(file, { besideOwnTables: true });
  const shipping = processor(job<{ order: number }, void>()({ name: "shipping", run: () => undefined }), { transport });
  await shipping.send({ order: 0 });
  const db = new DatabaseSync(file);
  db.exec("create table orders (id integer)");
  try {
    db.exec("begin immediate");
    db.exec("insert into orders values (1)");
    await sendTx(db, shipping, { order: 1 });
    db.exec("rollback");
    db.exec("begin immediate");
    db.exec("insert into orders values (2)");
    const id = await sendTx(db, shipping, { order: 2 }, { priority: 9 });
    db.exec("commit");
    expect(db.prepare("select id from orders").all()).toEqual([{ id: 2 }]);
    const { items } = await transport.list("shipping");
    expect(items).toHaveLength(2);
    expect(items.at(-1)).toMatchObject({ id, priority: 9, state: "ready" });
    await expect(sendTx(db, shipping, { order: 3 })).rejects.toMatchObject({ code: "ERR_OPTION" });
  } finally {
    db.close();
    await shipping.close();
    await transport[Symbol.asyncDispose]();
  }
});
