import { job, processor } from "@job-orch/core";
import { expect, it } from "vitest";
import { memory } from "../../src/index.ts";

// They waited for room that nobody made any more, for as long as the transport lived.
it("sends that wait for room hear of it when their processor closes; what was accepted stays accepted", async () => {
  const transport = memory({ capacity: { frames: 2 } });
  const hosted = processor(job<number, number>()({ name: "full", run: (value) => value }), { transport });
  const answers = [0, 1, 2, 3].map((value) =>
    hosted.send(value).then(
      () => "accepted",
      (error: { code: string }) => error.code,
    ),
  );
  const call = hosted.call(4).catch((error: { code: string }) => error.code);
  while ((await transport.depth("full")).ready < 2) await new Promise((resolve) => setImmediate(resolve));

  await hosted.close();

  const [first, second, ...others] = await Promise.all(answers);
  expect([first, second]).toEqual(["accepted", "accepted"]);
  expect(others.every((code) => code === "ERR_CLOSED" || code === "ERR_SEND")).toBe(true);
  expect(await call).toBe("ERR_CLOSED");
  expect(await transport.depth("full")).toMatchObject({ ready: 2 });
  await transport[Symbol.asyncDispose]();
});
