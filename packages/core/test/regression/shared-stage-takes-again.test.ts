import { turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { belongings } from "../support/belongings.ts";
import { sharedStage } from "../support/shared-stage.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

// Whoever joined it had a stage that took nothing, for as long as it ran.
describe("a shared stage that one pipeline closed the intake of", () => {
  const { own, started } = belongings();

  const scene = () => sharedStage(tampered(own(memory()), { capabilities: { durable: "machine" } }), own);

  it("takes again for another that joins", async () => {
    const { begun, one, two } = scene();
    const first = started(one);
    await one.call(2);
    one.closeIntake();
    started(two);
    await first.stop();

    await two.send(3);

    await until("it runs", () => begun.includes(3));
  });

  it("is not closed for the other by one that left", async () => {
    const { begun, one, two } = scene();
    const first = started(one);
    await one.call(2);
    started(two);
    await first.stop();
    one.closeIntake();

    await two.send(3);

    await until("it runs", () => begun.includes(3));
  });

  it("stays closed when that was asked before its run had begun", async () => {
    const { gate, begun, shared, one, two } = scene();
    let runs = 0;
    shared.on("connected", () => runs++);
    const first = started(one);
    await one.send(1);
    await until("it runs", () => begun.length === 1);
    const stopped = first.stop();
    await turns();
    started(two);
    two.closeIntake();
    gate.resolve();
    await stopped;
    await until("it runs anew", () => runs === 2);

    await two.send(3);
    await turns(10);

    expect(begun).toEqual([1]);
  });
});
