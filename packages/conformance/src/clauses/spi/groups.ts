import { strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";
import { never } from "../../never.ts";
import { drain } from "../../drain.ts";
import { sameMembers } from "../../same-members.ts";

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

export const groups: readonly Clause[] = [
  clause("SPI-GRP-01", "a group keeps what is sent while its members are away", ["groups"], async (bench) => {
    const channel = bench.broadcast();
    const member = await bench.receiver(channel, { group: "audit" });
    await bench.within(member[Symbol.asyncDispose](), "a receiver closes");
    await bench.send(channel, bench.frames(5));
    const back = await bench.receiver(channel, { group: "audit" });
    sameMembers(bench.texts(await bench.take(back, 5)), numbers(5));
  }),

  clause("SPI-GRP-02", "members of a group share", ["groups"], async (bench) => {
    const channel = bench.broadcast();
    const members = [await bench.receiver(channel, { group: "audit" }), await bench.receiver(channel, { group: "audit" })];
    await bench.send(channel, bench.frames(40));
    sameMembers((await drain(bench, members, 40)).all, numbers(40));
    for (const member of members) await bench.quiet(member, "all were acked");
  }),

  clause("SPI-GRP-03", "each group gets every frame, and so do anonymous receivers beside them", ["groups"], async (bench) => {
    const channel = bench.broadcast();
    const receivers = [
      await bench.receiver(channel, { group: "audit" }),
      await bench.receiver(channel, { group: "index" }),
      await bench.receiver(channel),
    ];
    await bench.send(channel, bench.frames(10));
    for (const receiver of receivers) sameMembers(bench.texts(await bench.take(receiver, 10)), numbers(10));
  }),

  clause("SPI-GRP-04", "what one group retries comes to no other", ["groups"], async (bench) => {
    const channel = bench.broadcast();
    const audit = await bench.receiver(channel, { group: "audit" });
    const index = await bench.receiver(channel, { group: "index" });
    await bench.send(channel, bench.frames(1));
    await bench.ack(index, [await bench.takeOne(index)]);
    await bench.retry(audit, [await bench.takeOne(audit)]);
    strictEqual((await bench.takeOne(audit)).attempt, 2);
    await bench.quiet(index, "another group's retry is not its business");
  }),

  clause("SPI-GRP-05", "what a member held when it closed goes to another member", ["groups"], async (bench) => {
    const channel = bench.broadcast();
    const [one, other] = [
      await bench.receiver(channel, { group: "audit" }),
      await bench.receiver(channel, { group: "audit", maxInFlight: 1 }),
    ];
    await bench.send(channel, bench.frames(1));
    await bench.takeOne(one);
    await bench.within(one[Symbol.asyncDispose](), "a receiver closes");
    strictEqual(bench.text(await bench.takeOne(other)), "0");
  }),

  clause("SPI-GRP-06", "a group outlives everything being closed", ["groups", "durable"], async (bench) => {
    const channel = bench.broadcast();
    await bench.receiver(channel, { group: "audit" });
    const again = await bench.reopen();
    await bench.send(channel, bench.frames(5), again);
    const third = await bench.reopen();
    const member = await bench.receiver(channel, { group: "audit" }, third);
    sameMembers(bench.texts(await bench.take(member, 5)), numbers(5));
  }),

  clause("SPI-GRP-07", "a group is refused where there are none, never taken for an anonymous receiver", ["no groups"], async (bench) => {
    const open = (): Promise<unknown> =>
      bench.transport.receiver(bench.broadcast(), { group: "audit", leaseMs: 1_000, maxInFlight: 1 }, never);
    await bench.refused(open, ["ERR_UNSUPPORTED"], "a group where there are none");
  }),
];
