import assert from "node:assert/strict";
import type { Clause } from "../clause.ts";
import type { Subject } from "../subject.ts";

const PROMPT_MS = 2_000;
const ENDLESS = 1_000_000;

export const streaming: readonly Clause[] = [
  {
    id: "stream/items",
    promise: "items come in order, as many as were granted and no more; K comes behind them",
    needs: ["stream", "ping"],
    jobs: ["ljp.count"],
    check: async (start) => {
      const subject = start({ offered: ["stream"] });
      await subject.send('M 1 {"items":2}', "R 1 ljp.count 5");
      await granted(subject, 2);
      await subject.send("C 1 1");
      await granted(subject, 3);
      await subject.send("C 1 100");
      assert.deepEqual(await subject.answer(1), { op: "K", id: 1, value: 5 });
      assert.deepEqual(
        subject.said.filter(({ op, id }) => id === 1 && op !== "B").map(({ op, value }) => `${op} ${String(value)}`),
        ["N 0", "N 1", "N 2", "N 3", "N 4", "K 5"],
      );
    },
  },
  {
    id: "stream/cancel",
    promise:
      "a cancelled stream is answered within 2 s, also one that waits for a grant, and sends no item behind that; the worker goes on",
    needs: ["stream", "cancel"],
    jobs: ["ljp.count"],
    check: async (start) => {
      const subject = start({ offered: ["stream"] });
      await subject.send('M 1 {"items":1}', `R 1 ljp.count ${ENDLESS}`);
      await subject.first(({ op }) => op === "N", "first item", PROMPT_MS);
      await subject.send("X 1");
      assert.equal((await subject.answer(1, PROMPT_MS)).op, "E");
      await subject.send("C 1 5", "R 1 ljp.echo 2");
      await subject.first(({ op, value }) => op === "K" && value === 2, "answer to the request behind it", PROMPT_MS);
      assert.equal(items(subject), 1, "items came that were not granted");
    },
  },
  {
    id: "stream/asked",
    promise:
      "items are sent to a host that asked for them, and to no other: a job that yields fails otherwise, and so does one that yields none",
    needs: ["stream"],
    jobs: ["ljp.count"],
    check: async (start) => {
      const subject = start({ offered: ["stream"] });
      await subject.send("R 1 ljp.count 3", 'M 2 {"items":3}', "R 2 ljp.echo 2", "C 9 1", "R 3 ljp.echo 3");
      for (const id of [1, 2]) {
        const { op, value } = await subject.answer(id, PROMPT_MS);
        assert.equal(op, "E");
        assert.equal((value as { readonly code?: unknown }).code, "ERR_UNSUPPORTED");
      }
      assert.equal((await subject.answer(3)).value, 3);
      assert.equal(items(subject), 0, "items came that nobody asked for");
    },
  },
];

function items(subject: Subject): number {
  return subject.said.filter(({ op }) => op === "N").length;
}

/** So many items have come, and what it says after them is not another. */
async function granted(subject: Subject, count: number): Promise<void> {
  await subject.first(({ op, value }) => op === "N" && value === count - 1, `item ${count - 1}`, PROMPT_MS);
  await subject.send(`P ${count}`);
  await subject.first(({ op, id }) => op === "O" && id === count, `pong ${count}`, PROMPT_MS);
  assert.equal(items(subject), count, `it was granted ${count} items`);
}
