import { expect, test } from "vitest";
import { ACK, all, bench, frame, NEVER, NEWS, take, WORK } from "./bench.ts";

test("a disposed sender sends nothing more, and its channel lives on", async () => {
  const { sender, receiver, send } = await bench();
  await send(frame("a"));
  await sender[Symbol.asyncDispose]();
  await sender[Symbol.asyncDispose]();
  await expect(sender.send([frame("b")], NEVER)).rejects.toMatchObject({ code: "ERR_CLOSED" });
  expect(await take(await receiver())).toHaveLength(1);
});

test("when the transport is disposed, whoever waits is told, and nothing works any more", async () => {
  const { transport, clock, sender, receiver } = await bench({ capacity: { frames: 1 } });
  const [worker, idle] = [await receiver(), await transport.receiver(NEWS, { leaseMs: 1_000, maxInFlight: 1 }, NEVER)];
  await sender.send([frame("a")], NEVER);
  const held = await take(worker);
  await sender.send([frame("b", { dueMs: clock.now() + 1_000 })], NEVER);
  const blocked = sender.send([frame("c")], NEVER);
  const sends = [{ channel: WORK, frames: [frame("d")] }];
  const settling = worker.settle([{ delivery: held[0]!, outcome: ACK, sends }]);
  const waiting = idle.receive(1, NEVER);
  await Promise.all([transport[Symbol.asyncDispose](), transport[Symbol.asyncDispose]()]);
  await expect(blocked).rejects.toMatchObject({ code: "ERR_CLOSED" });
  expect(await settling).toEqual({ lost: held });
  expect(await waiting).toEqual([]);
  expect(await worker.receive(1, NEVER)).toEqual([]);
  expect(worker.settle(all(held, ACK))).toEqual({ lost: held });
  await expect(sender.send([frame("e")], NEVER)).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(transport.sender(WORK, NEVER)).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(receiver()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(transport.depth("work")).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await worker[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

test("opening with an aborted signal rejects with its reason", async () => {
  const { transport } = await bench();
  await expect(transport.sender(WORK, AbortSignal.abort("no"))).rejects.toBe("no");
  await expect(transport.receiver(WORK, { leaseMs: 1, maxInFlight: 1 }, AbortSignal.abort("no"))).rejects.toBe("no");
});

test("disposing without having been used does nothing", async () => {
  const { memory } = await import("../src/index.ts");
  const transport = memory();
  await transport[Symbol.asyncDispose]();
  await transport[Symbol.asyncDispose]();
});

test("a process that only has leases and dedupe keys left ends, and one with a delayed frame waits for it", async () => {
  const { execFileSync } = await import("node:child_process");
  const run = (options: string): number => {
    const source = `
      import { memory } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
      const { signal } = new AbortController();
      const transport = memory();
      const channel = { name: "x", mode: "work" };
      await (await transport.sender(channel, signal)).send([{ id: "a", body: 1, options: ${options} }], signal);
      const receiver = await transport.receiver(channel, { leaseMs: 60_000, maxInFlight: 1 }, signal);
      const got = receiver.receive(1, signal);
      if ("then" in got) got.then(() => console.log("came"));
      else console.log("came");`;
    const startedMs = performance.now();
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8", timeout: 30_000 });
    expect(printed).toBe("came\n");
    return performance.now() - startedMs;
  };
  expect(run('{ dedupe: { key: "k", windowMs: 60_000, scope: "window", onDuplicate: "drop" } }')).toBeLessThan(20_000);
  run("{ dueMs: Date.now() + 300 }");
}, 60_000);
