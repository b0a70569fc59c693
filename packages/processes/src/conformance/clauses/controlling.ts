import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Clause } from "../clause.ts";
import type { Said } from "../subject.ts";

const PROMPT_MS = 2_000;
const FOREVER_MS = 60_000;
const MANY = 512;
const CUTS = 50;

export const controlling: readonly Clause[] = [
  {
    id: "control/ping",
    promise: "a ping is answered with a pong of the same number, also between requests",
    needs: ["ping"],
    check: async (start) => {
      const subject = start();
      await subject.send("P 1", 'R 1 ljp.echo "x"', "P 2");
      for (const token of [1, 2]) await subject.first(({ op, id }) => op === "O" && id === token, `pong ${token}`);
      await subject.answer(1);
    },
  },
  {
    id: "control/cancel",
    promise:
      "a cancelled job is answered within 2 s, with E (code ERR_CANCELLED or name AbortError) unless it won, also when one of its id was cancelled before; the worker goes on",
    needs: ["cancel"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start();
      await subject.send(`R 1 ljp.sleep ${FOREVER_MS}`, "X 1");
      const { op, value } = await subject.answer(1, PROMPT_MS);
      const { name, code } = value as Readonly<Record<string, unknown>>;
      assert.equal(op, "E");
      assert(
        code === "ERR_CANCELLED" || code === "ABORT_ERR" || name === "AbortError",
        `the error is ${String(name)}, code ${String(code)}`,
      );
      await subject.send("R 2 ljp.echo 2");
      assert.equal((await subject.answer(2, PROMPT_MS)).value, 2);
      await subject.send("X 3", `R 3 ljp.sleep ${FOREVER_MS}`, "X 3"); // the first came too late for one that had this id
      assert.equal((await subject.answer(3, PROMPT_MS)).op, "E");
    },
  },
  {
    id: "control/cancel-late",
    promise: "a cancel for a request that is answered or never was is ignored, also by the next request with its id",
    check: async (start) => {
      const subject = start();
      await subject.send("X 9", "R 1 ljp.echo 1");
      await subject.answer(1);
      await subject.send("X 1", "R 2 ljp.echo 2");
      await subject.answer(2);
      assert.deepEqual(
        subject.said.filter(({ op }) => op !== "B").map(({ id }) => id),
        [1, 2],
      );
      for (const id of [1, 9]) {
        await subject.send(`R ${id} ljp.echo "again"`);
        await subject.first((said) => said.op === "K" && said.id === id && said.value === "again", `answer to the id ${id} used again`);
      }
    },
  },
  {
    id: "control/cancel-cut",
    promise: "a cancel that comes in pieces concerns its own request and no other, and is heard",
    needs: ["cancel"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start();
      const { credit } = await subject.hello;
      if (credit > 1) {
        await subject.send("R 1 ljp.sleep 500", "R 12 ljp.echo 12");
        const pieces = [Buffer.from("X 1"), Buffer.from("2\n")];
        await subject.sendPieces(Array.from({ length: CUTS }, () => pieces).flat()); // the system may join some of them
        assert.deepEqual(await subject.answer(1), { op: "K", id: 1, value: 500 });
        await subject.answer(12);
      }
      await subject.send(`R 3 ljp.sleep ${FOREVER_MS}`);
      await subject.sendPieces([Buffer.from("X"), Buffer.from(" 3\n")]);
      assert.equal((await subject.answer(3, PROMPT_MS)).op, "E");
    },
  },
  {
    id: "control/cancel-meta",
    promise: "what M said of a request is forgotten with it, also when it was cancelled before it began",
    needs: ["cancel", "meta"],
    jobs: ["ljp.sleep", "ljp.meta"],
    check: async (start) => {
      const subject = start();
      const { credit } = await subject.hello;
      if (credit > 1) await subject.send("R 1 ljp.sleep 200");
      await subject.send('M 2 {"attempt":3,"headers":{"tenant":"a"}}', "R 2 ljp.meta null", "X 2");
      await subject.answer(2);
      await subject.send("R 2 ljp.meta null");
      const isSecond = (said: Said): boolean => said.id === 2 && said.op !== "B" && said !== first;
      const first = subject.said.find(({ op, id }) => id === 2 && op !== "B");
      const { value } = await subject.first(isSecond, "second answer to the id 2");
      const { attempt, headers } = value as Readonly<Record<string, unknown>>;
      assert.deepEqual({ attempt, headers }, { attempt: 1, headers: {} });
    },
  },
  {
    id: "control/begun",
    promise: "B is sent, and has left, before the job begins; once per request, before its answer, alone or with those behind it",
    needs: ["ack"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start({ offered: ["ack"] });
      await subject.send("R 1 ljp.sleep 2000");
      const begun = await subject.first(({ op, id }) => op === "B" && id === 1, "begun frame while the job runs", PROMPT_MS - 500);
      assert.equal(begun, subject.said[0]);
      await subject.answer(1);
      await subject.send("R 2 ljp.echo 2", 'R 3 ljp.fail "x"');
      await Promise.all([subject.answer(2), subject.answer(3)]);
      const concerns = (said: Said, id: number): boolean =>
        said.op === "B" ? said.id <= id && id < said.id + (said.value as number) : said.id === id; // ids are in the order they were sent
      for (const id of [1, 2, 3])
        assert.match(
          subject.said
            .filter((said) => concerns(said, id))
            .map(({ op }) => op)
            .join(""),
          /^B[KE]$/,
        );
    },
  },
  {
    id: "control/begun-each",
    promise: "with LJP_ACKS=each every request has a B of its own, that comes after the answers of those before it, however short they are",
    needs: ["ack"],
    check: async (start) => {
      const subject = start({ offered: ["ack"], acksEach: true });
      const { credit } = await subject.hello;
      const expected: string[] = [];
      for (let id = 0; id < MANY;) {
        const until = Math.min(id + credit, id + 64);
        await subject.send(...Array.from({ length: until - id }, (_, at) => `R ${id + at} ljp.echo ${id + at}`));
        for (; id < until; id++) {
          await subject.answer(id);
          expected.push(`B ${id} 1`, `K ${id} ${id}`);
        }
      }
      assert.deepEqual(
        subject.said.map(({ op, id, value }) => `${op} ${id} ${String(value)}`),
        expected,
      );
    },
  },
  {
    id: "control/take-back",
    promise: "a request that waits behind another is given back: T with 1, and no other answer; T with 0 is followed by one",
    needs: ["steal", "cancel", "ack"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start({ offered: ["ack"] });
      await subject.send(`R 1 ljp.sleep ${FOREVER_MS}`);
      await subject.first(({ op }) => op === "B", "begun frame");
      await subject.send("R 2 ljp.echo 2", "T 2", "T 1");
      const taken = await subject.answer(2, PROMPT_MS);
      if (taken.op === "T" && taken.value === false)
        await subject.first(({ op, id }) => op === "K" && id === 2, "answer after T 2 0", PROMPT_MS);
      assert.equal((await subject.first(({ op, id }) => op === "T" && id === 1, "answer to T 1", PROMPT_MS)).value, false);
      await subject.send("X 1");
      await subject.first(({ op, id }) => op === "E" && id === 1, "answer to the cancelled request", PROMPT_MS);
      assert.equal(subject.said.filter(({ op, id }) => id === 2 && op === "K").length, taken.op === "T" && taken.value === true ? 0 : 1);
    },
  },
];
