import assert from "node:assert/strict";
import { CAPS, OFFERED_CAPS } from "../../protocol/ops.ts";
import { type Clause, MANDATORY_JOBS } from "../clause.ts";
import { PATIENCE_MS } from "../subject.ts";

export const starting: readonly Clause[] = [
  {
    id: "start/hello",
    promise: "the first frame is a hello with version, name, jobs, credit and capabilities, within 10 s",
    check: async (start) => {
      const { jobs } = await start().hello;
      for (const job of MANDATORY_JOBS) assert(jobs.includes(job), `the hello's jobs lack "${job}"`);
    },
  },
  {
    id: "start/offered",
    promise: "a capability that changes what the worker sends is only in the hello when the host offered it",
    check: async (start) => {
      await start({ offered: [] }).hello; // the reader refuses the others
      const { caps } = await start({ offered: OFFERED_CAPS }).hello;
      for (const cap of caps) assert(CAPS.includes(cap));
    },
  },
  {
    id: "start/hint",
    promise: "started by a person, without LJP=1, it says what it is and ends, and sends no frame",
    check: async (start) => {
      const subject = start({ hosted: false });
      await subject.end(PATIENCE_MS);
      assert.notEqual(subject.printed.trim(), "", "it printed nothing");
      assert.deepEqual(subject.said, []);
    },
  },
];
