import assert from "node:assert/strict";
import { MAX_LINE_BYTES } from "../../protocol/limits.ts";
import type { Clause } from "../clause.ts";
import { answers } from "./running.ts";

const COALESCED = 1_000;
/** A shell reads byte by byte. Units: milliseconds. */
const LONG_ANSWER_MS = 30_000;
const SLOW_ANSWER_MS = 90_000;

export const framing: readonly Clause[] = [
  {
    id: "frames/split",
    promise: "frames are understood when they come byte by byte",
    check: async (start) => {
      const subject = start();
      for (const [id, value] of ["å😀", [3], { a: null }].entries()) {
        const bytes = Buffer.from(`Z 9 {"unknown":true}\nR ${id} ljp.echo ${JSON.stringify(value)}\n`);
        await subject.sendPieces(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
        assert.deepEqual(await subject.answer(id), { op: "K", id, value });
      }
    },
  },
  {
    id: "frames/coalesced",
    promise: "1,000 frames in one write are all understood, and each request is answered once",
    check: async (start) => {
      const subject = start();
      const { credit } = await subject.hello;
      for (let id = 0; id < COALESCED;) {
        const lines: string[] = [];
        const until = Math.min(id + credit, COALESCED);
        for (let one = id; one < until; one++) lines.push(`R ${one} ljp.echo {"n":${one}}`);
        while (lines.length < Math.min(COALESCED, 4 * credit)) lines.push(`Z ${lines.length} "nothing"`);
        await subject.send(...lines);
        for (; id < until; id++) assert.deepEqual(await subject.answer(id), { op: "K", id, value: { n: id } });
      }
      assert.equal(answers(subject).length, COALESCED, "a request was answered twice");
    },
  },
  {
    id: "frames/unknown",
    promise: "frames with letters that it does not know are ignored, with any payload or none",
    check: async (start) => {
      const subject = start();
      await subject.send('Z 1 {"x":1}', "Y 2", 'W 3 not json at all, "quotes" and $(more)', "R 4 ljp.echo 4");
      assert.equal((await subject.answer(4)).value, 4);
      assert.equal(answers(subject).length, 1);
    },
  },
  {
    id: "frames/long",
    promise: "a line of 1 MiB is read and written whole",
    check: async (start) => {
      const subject = start();
      const text = "0123456789abcdef".repeat(65_536);
      await subject.send(`R 1 ljp.echo "${text}"`);
      assert.equal((await subject.answer(1, LONG_ANSWER_MS)).value === text, true);
      await subject.send("R 2 ljp.echo 2");
      assert.equal((await subject.answer(2)).value, 2);
    },
  },
  {
    id: "frames/limit",
    promise: "the longest line that there is, 8 MiB, is read and written whole",
    check: async (start) => {
      const subject = start();
      const text = "x".repeat(MAX_LINE_BYTES - 40);
      await subject.send(`R 1 ljp.echo "${text}"`);
      assert.equal((await subject.answer(1, SLOW_ANSWER_MS)).value === text, true);
    },
  },
  {
    id: "frames/credit",
    promise: "as many requests as its credit may be open, also while the host reads nothing",
    check: async (start) => {
      const subject = start();
      const { credit } = await subject.hello;
      const text = "y".repeat(Math.min(16_384, Math.floor((16 * 1024 * 1024) / credit)));
      subject.pause();
      // Whatever it can take without being read, it has taken.
      await subject.sendAsTaken(Array.from({ length: credit }, (_, id) => `R ${id} ljp.echo "${id}${text}"`));
      subject.resume();
      for (let id = 0; id < credit; id++) assert.equal((await subject.answer(id, SLOW_ANSWER_MS)).value === `${id}${text}`, true);
      assert.equal(answers(subject).length, credit);
    },
  },
];
