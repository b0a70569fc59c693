import { expect, it } from "vitest";
import { toSettings } from "../../src/options.ts";
import { Owner } from "../../src/owner.ts";
import { otherOwners, releaseOwner } from "../../src/reclaim.ts";
import { Store } from "../../src/store.ts";
import type { Transaction } from "../../src/transaction.ts";
import { later } from "../support/scene.ts";

// A hand-back that the store could not take, then a good-bye that it could: what was held was held by nobody, for ever.
it("an owner that could not hand everything back stays on the list, so that others free it", async () => {
  const settings = toSettings(":memory:", {});
  const store = new Store(settings);
  later(() => store.close());
  const sql = await store.open();
  const owner = new Owner(settings);
  const within = (work: (tx: Transaction) => void): void => expect(store.transaction(sql, work)).toEqual({ ok: true });
  within((tx) => {
    const queue = tx.topology.work(tx.sql, "held");
    tx.sql.run(
      "insert into jo_frames (seq, queue, id, body, level, accepted_ms, bytes, named) values (1, ?, 'a', x'00', 4, 0, 1, 1)",
      queue,
    );
    tx.sql.run("insert into jo_held values (1, 1, ?, ?, 1, 0)", queue, owner.enter(tx));
  });

  within((tx) => owner.leave(tx));

  const [left] = otherOwners(sql, -1);
  expect(left).toBeDefined();
  within((tx) => releaseOwner(tx.sql, left?.id ?? 0, tx.nowMs));
  expect(sql.row("select count(*) from jo_ready")).toEqual([1]);
  within((tx) => owner.leave(tx));
  expect(otherOwners(sql, -1)).toEqual([]);
});
