import { describe, expect, it } from "vitest";
import { processor } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { memory } from "../support/wires.ts";

describe("a call that is given up while its channel is full", () => {
  const { own, started } = belongings();

  /** Its reply channel is open, its requests are full, and one more waits for room. */
  const full = async () => {
    const transport = own(memory({ capacity: { frames: 1 } }));
    const square = own(processor(plainJob({ name: "square", run: (value: number) => value * value }), { transport }));
    const running = started(square);
    expect(await square.call(2)).toBe(4);
    await running.stop();
    await square.send(100);
    const waiting = square.send(101);
    return { square, waiting };
  };

  // It took with it what was sent after it in the same turn.
  it("leaves alone what is sent in the same turn", async () => {
    const { square, waiting } = await full();
    const abort = new AbortController();

    const givenUp = square.sendReceive(3, { signal: abort.signal });
    abort.abort();
    const sent = square.send(4, { id: "sent" });
    const called = square.sendReceive(5);
    started(square);

    expect((await givenUp).ok).toBe(false);
    expect(await sent).toBe("sent");
    expect(await called).toEqual({ ok: true, value: 25 });
    await waiting;
  });

  // The end of its batch was taken for the end of the next one with its id.
  it("leaves alone one that tries again with its id", async () => {
    const { square, waiting } = await full();
    const again = await square.sendReceive(3, { id: "three", timeoutMs: 10 }).then((first) => {
      expect(first).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE" } });
      return { answer: square.sendReceive(3, { id: "three", timeoutMs: 5_000 }) };
    });
    started(square);

    expect(await again.answer).toEqual({ ok: true, value: 9 });
    await waiting;
  });
});
