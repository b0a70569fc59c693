import { headOf, type LinkEvents, TEXT } from "@job-orch/link";
import { expect, onTestFinished, test } from "vitest";
import { LineLink } from "../src/host/line-link.ts";

const TRAVEL_MS = 2;

/** A link whose worker is this test. `answer` answers slots in one piece, `TRAVEL_MS` later, and returns what a request seems to take. */
function linked() {
  const batches: (readonly unknown[])[] = [];
  const nobody = (): void => undefined;
  const events = {
    onReady: nobody,
    onBatch: (batch: readonly unknown[]) => batches.push(batch),
    onDown: nobody,
    onOutput: nobody,
    onCredit: nobody,
  };
  const carrier = { write: nobody, end: nobody, kill: nobody, setRef: nobody };
  const link = new LineLink({
    carrier,
    events: events as unknown as LinkEvents,
    jobs: ["echo"],
    drainMs: 0,
    shared: false,
    onBroken: nobody,
  });
  onTestFinished(() => link.close());
  const read = (text: string): void => link.read(Buffer.from(text));
  read(`H 0 ${JSON.stringify({ v: 1, name: "test", jobs: ["echo"], credit: 64 })}\n`);
  return {
    ask: (slots: readonly number[]) => link.send(slots.flatMap((slot) => [headOf(0, TEXT, 0, slot), slot, "1"])),
    answer: (slots: readonly number[]): number => {
      const thenMs = performance.now() + TRAVEL_MS;
      while (performance.now() < thenMs);
      read(slots.map((slot) => `K ${slot + 1} 1\n`).join(""));
      const [busyUs, ended] = batches.pop() as [number, number];
      return busyUs / ended;
    },
  };
}

test("who answers everything at once seems faster each time: only the way takes long", () => {
  const { ask, answer } = linked();
  let serviceUs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    ask([0, 1]);
    const seemsUs = answer([0, 1]);
    expect(seemsUs).toBeLessThan(serviceUs);
    serviceUs = seemsUs;
  }
  expect(serviceUs).toBeLessThan((TRAVEL_MS * 1_000) / 32);
});

test("who has more ahead takes as long as it takes", () => {
  const { ask, answer } = linked();
  ask([0, 1]);
  answer([0, 1]);
  ask([0, 1, 2]);
  expect(answer([0, 1])).toBeGreaterThanOrEqual((TRAVEL_MS * 1_000) / 2);
});

test("one at a time is no reason to hand over more", () => {
  const { ask, answer } = linked();
  for (let round = 0; round < 4; round++) {
    ask([0]);
    expect(answer([0])).toBeGreaterThanOrEqual(TRAVEL_MS * 1_000);
  }
});
