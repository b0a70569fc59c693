import assert from "node:assert/strict";
import type { Clause } from "../clause.ts";

const PROMPT_MS = 2_000;
const FOREVER_MS = 60_000;

export const ending: readonly Clause[] = [
  {
    id: "end/eof",
    promise: "an idle worker ends within 2 s when its host hangs up",
    check: async (start) => {
      const subject = start();
      await subject.send("R 1 ljp.echo 1");
      await subject.answer(1);
      subject.hangUp();
      await subject.end(PROMPT_MS);
    },
  },
  {
    id: "end/eof-busy",
    promise: "a worker whose job runs on ends within 2 s when its host hangs up",
    needs: ["cancel"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start();
      await subject.send("R 1 ljp.echo 1", `R 2 ljp.sleep ${FOREVER_MS}`);
      await subject.answer(1);
      subject.hangUp();
      await subject.end(PROMPT_MS);
    },
  },
  {
    id: "end/drain",
    promise: "Q lets what has begun end, answers or hands back the rest, and ends the worker with code 0",
    needs: ["drain"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start();
      const { credit } = await subject.hello;
      await subject.send("R 1 ljp.sleep 300", ...(credit > 1 ? ["R 2 ljp.echo 2"] : []), 'Q 0 {"graceMs":5000}');
      for (const id of credit > 1 ? [1, 2] : [1]) {
        const { op, value } = await subject.answer(id);
        assert(op === "K" || (op === "T" && value === true), `request ${id} was answered with ${op}`);
      }
      assert.deepEqual(await subject.end(PROMPT_MS), { code: 0, signal: null });
    },
  },
  {
    id: "end/drain-idle",
    promise: "Q ends an idle worker with code 0 within 2 s",
    needs: ["drain"],
    check: async (start) => {
      const subject = start();
      await subject.send("R 1 ljp.echo 1");
      await subject.answer(1);
      await subject.send('Q 0 {"graceMs":1000}');
      assert.deepEqual(await subject.end(PROMPT_MS), { code: 0, signal: null });
    },
  },
  {
    id: "end/sigterm",
    promise: "SIGTERM is the same as Q: an idle worker ends with code 0 within 2 s",
    needs: ["drain"],
    check: async (start) => {
      const subject = start();
      await subject.send("R 1 ljp.echo 1");
      await subject.answer(1);
      subject.signal("SIGTERM");
      assert.deepEqual(await subject.end(PROMPT_MS), { code: 0, signal: null });
    },
  },
  {
    id: "end/sigterm-busy",
    promise: "SIGTERM lets the job that runs end and its answer leave",
    needs: ["drain", "ack"],
    jobs: ["ljp.sleep"],
    check: async (start) => {
      const subject = start({ offered: ["ack"] });
      await subject.send("R 1 ljp.sleep 700");
      await subject.first(({ op }) => op === "B", "begun frame");
      subject.signal("SIGTERM");
      assert.deepEqual(await subject.answer(1), { op: "K", id: 1, value: 700 });
      assert.deepEqual(await subject.end(PROMPT_MS), { code: 0, signal: null });
    },
  },
];
