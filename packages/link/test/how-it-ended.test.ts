import { describe, expect, test } from "vitest";
import { ended } from "./support/ended.ts";
import { scripted, turn } from "./support/scripted.ts";

describe("what a caller hears of workers that do not stay up", () => {
  test.for([
    [{ code: 1, stderrTail: "starting\nout of ideas\n" }, "it left with code 1: out of ideas"],
    [{ code: 3 }, "it left with code 3"],
    [{ code: null, signal: "SIGABRT", stderrTail: "assertion failed\nnote: run again\n" }, "it was ended by SIGABRT: assertion failed"],
    [{ code: 1, error: new Error("no such table\nand more") }, "no such table"],
  ] as const)("%o", async ([exit, how]) => {
    const { hosted, last } = scripted({ restart: { intensity: { failures: 0 }, backoff: { baseMs: 60_000 } } });
    for (let crash = 0; crash < 2; crash++) {
      const call = hosted.sendReceive(crash);
      last().ready();
      await turn();
      last().begin();
      last().end(exit);
      expect(await call).toMatchObject({ ok: false });
    }
    const error = await hosted.call("refused").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "ERR_POOL_UNAVAILABLE",
      message: expect.stringMatching(new RegExp(`; the last one failed: ${how}$`)),
      cause: "error" in exit ? exit.error : undefined,
    });
    await hosted.close();
  });
});

test.for([
  [{ code: 0 }, "it ended before it served anything: a worker calls serve(job)"],
  [{ code: 0, stderrTail: "nothing to do\n" }, "it ended before it served anything: a worker calls serve(job): nothing to do"],
  [{ code: 2 }, "it left with code 2"],
] as const)("what never served: %o", async ([exit, how]) => {
  const { hosted, last } = scripted();
  const call = hosted.call(1);
  last().end(exit);
  await expect(call).rejects.toMatchObject({ message: `No worker of "scripted" could be started: ${how}` });
  const closed = hosted.close();
  last().end(); // the one that was started in its place
  await closed;
});

test.for(["scaledDown", "recycled", "drained"] as const)(
  "a worker that breaks while it is %s says how, and not that its pool ended it",
  async (why) => {
    const bench = scripted();
    const call = bench.hosted.sendReceive(1);
    bench.last().ready();
    await turn();
    bench.last().begin();
    bench.pool.roster.retire(bench.pool.roster.ready[0]!, why);
    bench.last().end({ code: 3 });
    const message = 'A worker of "scripted" ended while it had the request: it left with code 3';
    expect(await call).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED", message } });
    await ended(bench);
  },
);

describe("of what a program wrote before it ended, the reason is quoted", () => {
  const node =
    "file:///job.js:3\n  throw new Error(text);\n        ^\n\nError: no such file\n    at run (file:///job.js:3:9) {\n  code: 'ENOENT'\n}\n\nNode.js v24.1.0\n";
  const python = 'Traceback (most recent call last):\n  File "job.py", line 1, in <module>\nValueError: no such file\n';
  test.for([
    [node, "Error: no such file"],
    [python, "ValueError: no such file"],
    ["  indented only\n", "indented only"],
    [`${"x".repeat(500)}\n`, `${"x".repeat(200)}…`],
  ] as const)("%#", async ([stderrTail, words]) => {
    const { hosted, last } = scripted();
    const call = hosted.call(1);
    last().end({ code: 1, stderrTail });
    await expect(call).rejects.toMatchObject({
      code: "ERR_WORKER_START",
      message: `No worker of "scripted" could be started: it left with code 1: ${words}`,
    });
    const closed = hosted.close();
    last().end(); // the one that was started in its place
    await closed;
  });
});
