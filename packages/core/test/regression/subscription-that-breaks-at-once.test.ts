import { FakeClock, rejection, turns } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { ConnectionError, processor, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const echo = plainJob({ name: "echo", run: (value: number) => value });
/** Ends the test's run where it would go on for ever and let nothing else have a turn. */
const FAR_TOO_MANY = 2_000;

// It was opened again at once, without end: the event loop got no turn any more, and each opening was kept in memory.
describe("a subscription that opens, and breaks as soon as it is asked", () => {
  const { own, started } = belongings();

  it("is opened more and more slowly, and works once it holds", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let opens = 0;
    let breaks = true;
    const transport = tampered(inner, {
      onOpen: (what, { name }) => {
        if (what === "receiver" && name === "echo" && ++opens > FAR_TOO_MANY) throw new ConnectionError("enough", { retry: "never" });
      },
      wrapReceiver: ({ name }, receiver) => {
        if (name !== "echo") return receiver;
        const away = (): Promise<never> => Promise.reject(new ConnectionError("not allowed to receive", { retry: "later" }));
        return { ...receiver, receive: (max, signal) => (breaks ? away() : receiver.receive(max, signal)) };
      },
    });
    const hosted = own(processor(echo, { transport, environment: { ...systemEnvironment, clock } }));
    const running = started(hosted);
    running.ended.catch(() => undefined);

    await turns(50);
    expect(opens).toBeLessThanOrEqual(2); // the first, and again at once
    await clock.advance(10_000);
    expect(opens).toBeGreaterThan(5);
    expect(opens).toBeLessThan(15);

    breaks = false;
    await clock.advance(6_000);
    expect(await hosted.call(7)).toBe(7);
  });

  it("ends the run when it says that it never will", async () => {
    const transport = tampered(own(memory()), {
      wrapReceiver: ({ name }, receiver) => {
        if (name !== "echo") return receiver;
        return { ...receiver, receive: () => Promise.reject(new ConnectionError("gone for good", { retry: "never" })) };
      },
    });

    expect(await rejection(own(processor(echo, { transport })).run())).toMatchObject({ message: "gone for good" });
  });
});
