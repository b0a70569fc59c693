import { job, processor, start } from "@job-orch/core";
import { expect, it } from "vitest";
import { memory } from "../../src/index.ts";

// Its mailbox was full in the middle of a turn, before it could have taken anything: it was cut off, and every call that was answered in
// that turn waited for its deadline.
it.each(["disconnect", "drop-oldest"] as const)(
  "a caller that waits gets all the answers of one turn, however small the capacity (%s)",
  async (slow) => {
    const transport = memory({ capacity: { frames: 4 }, slow });
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    const together = job<number, number>()({
      name: "together",
      run: async (value) => {
        if (++begun === 50) gate.resolve();
        await gate.promise;
        return value;
      },
    });
    const hosted = processor(together, { transport, concurrency: 50 });
    const running = start(hosted);

    const answers = await Promise.all(Array.from({ length: 50 }, (_, value) => hosted.sendReceive(value, { timeoutMs: 5_000 })));

    expect(answers).toEqual(Array.from({ length: 50 }, (_, value) => ({ ok: true, value })));
    await running.stop();
    await hosted.close();
    await transport[Symbol.asyncDispose]();
  },
);
