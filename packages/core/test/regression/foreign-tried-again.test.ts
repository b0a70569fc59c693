import { until } from "@job-orch/test-support";
import { expect, it } from "vitest";
import { processor, sendReceive } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { memory } from "../support/wires.ts";

const { own, run } = belongings();

// Its send broke after it was given up, and took the place of the next one with its id: that one's answer found nobody.
it("a call that tries again with its id is answered, whatever becomes of the first one's sending", async () => {
  const hosted = run(processor(plainJob({ name: "echo", run: (value: number) => value }), { transport: own(memory()) }));
  const sendings: PromiseWithResolvers<void>[] = [];
  const { name, responseReceiver } = hosted;
  const foreign = {
    name,
    run: async (): Promise<void> => undefined,
    responseReceiver: () => responseReceiver(),
    requestSender: () => ({
      send: async (message: { readonly id: string; readonly request: number }): Promise<void> => {
        const sending = Promise.withResolvers<void>();
        sendings.push(sending);
        await sending.promise;
        await hosted.requestSender().send(message);
      },
    }),
  };
  const calls = own(sendReceive(foreign));
  const abort = new AbortController();
  const first = calls.sendReceive(1, { id: "one", signal: abort.signal });
  await until("it is being sent", () => sendings.length === 1);
  abort.abort();
  expect((await first).ok).toBe(false);

  const second = calls.sendReceive(2, { id: "one", timeoutMs: 5_000 });
  await until("the other one is as well", () => sendings.length === 2);
  sendings[0]?.reject(new Error("broken"));
  await sendings[0]?.promise.catch(() => undefined);
  await Promise.resolve();
  sendings[1]?.resolve();

  expect(await second).toEqual({ ok: true, value: 2 });
});
