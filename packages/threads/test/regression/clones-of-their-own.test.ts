import { expect, test } from "vitest";
import { pool } from "../support/pool.ts";

test("requests that hold the same thing, and responses that do, share nothing on the other side", async () => {
  await using deeds = pool();
  const shared = new Map([["count", 1]]);
  const answers = (await Promise.all(Array.from({ length: 8 }, () => deeds.call({ do: "echo", value: { at: new Date(1), shared } })))) as {
    readonly shared: Map<string, number>;
  }[];
  answers[0]?.shared.set("count", 2);
  expect(answers.map((answer) => answer.shared.get("count"))).toEqual([2, 1, 1, 1, 1, 1, 1, 1]);
  expect(new Set(answers.map((answer) => answer.shared)).size).toBe(8);
});

test("a value that cannot be cloned after all costs its own request alone", async () => {
  await using deeds = pool();
  const gone = new Uint8Array(8);
  structuredClone(gone, { transfer: [gone.buffer] });
  const values = [new Date(1), { at: new Date(2) }, new Map([[1, gone]]), new Date(3), 4];
  const results = await Promise.all(values.map((value) => deeds.sendReceive({ do: "echo", value })));
  expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true, true]);
  expect(results[2]).toMatchObject({ error: { code: "ERR_ENCODE" } });
  expect(await deeds.call({ do: "echo", value: "afterwards" })).toBe("afterwards");
});
