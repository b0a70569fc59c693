import { turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { belongings } from "../support/belongings.ts";
import { sharedStage } from "../support/shared-stage.ts";
import { memory } from "../support/wires.ts";

// It joined the run that was ending: its stages did not run any more, and every call waited for its deadline.
describe("a pipeline that starts while another one stops the stage they share", () => {
  const { own, started } = belongings();

  const scene = () => sharedStage(own(memory()), own);

  it("runs it anew, once it has stopped", async () => {
    const { gate, begun, one, two } = scene();
    const first = started(one);
    const call = one.call(1);
    await until("it runs", () => begun.length === 1);
    const stopped = first.stop();
    await turns();

    started(two);
    const other = two.sendReceive(2, { timeoutMs: 5_000 });
    gate.resolve();
    await stopped;

    expect(await call).toBe(1);
    expect(await other).toEqual({ ok: true, value: 2 });
  });

  it("stops at once when it has not begun yet, and hurries nobody", async () => {
    const { gate, begun, shared, one, two } = scene();
    const handedBack: string[] = [];
    shared.on("handedBack", ({ id }) => handedBack.push(id));
    const first = started(one);
    const call = one.call(1);
    await until("it runs", () => begun.length === 1);
    const stopped = first.stop();
    await turns();

    const second = started(two);
    await turns();
    await second.stop();
    gate.resolve();
    await stopped;

    expect(handedBack).toEqual([]);
    started(one);
    expect(await call).toBe(1); // its last stage had nothing to do when it stopped, so it has waited there
    expect(await one.call(3)).toBe(3);
  });
});
