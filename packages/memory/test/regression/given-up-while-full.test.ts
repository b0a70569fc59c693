import { job, processor, start } from "@job-orch/core";
import { expect, it } from "vitest";
import { memory } from "../../src/index.ts";

// They waited for room although nobody waited for them any more: as long as nobody worked, there were more and more of them.
it("calls that are given up while their channel is full leave nothing behind", async () => {
  const transport = memory({ capacity: { frames: 4 } });
  const square = job<number, number>()({ name: "square", run: (value) => value * value });
  const hosted = processor(square, { transport });
  const rounds = Array.from({ length: 5 }, (_, value) => value);
  for (const round of rounds) {
    const waiting = rounds.map((value) => hosted.sendReceive(round * 10 + value, { timeoutMs: 10 }));
    for (const { ok } of await Promise.all(waiting)) expect(ok).toBe(false);
  }
  const sent = hosted.send(100); // nobody gives this one up
  expect(await transport.depth("square")).toMatchObject({ ready: 4 });

  let received = 0;
  hosted.on("received", () => received++);
  const running = start(hosted);
  expect(await hosted.call(7)).toBe(49);
  await sent;

  expect(received).toBe(6);
  await running.stop();
  await hosted.close();
  await transport[Symbol.asyncDispose]();
});
