import { job, type LoanReceive, processor, type ResponseMessage, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { expect, test } from "vitest";

type Lending = LoanReceive<ResponseMessage<number>>;

async function withResponses(count: number, work: (open: (maxInFlight?: number) => Promise<Lending>) => Promise<void>): Promise<void> {
  await using transport = memory();
  const echo = processor(job<number, number>()({ name: "echo", run: (n) => n }), { transport });
  const open = async (maxInFlight = 512): Promise<Lending> => (await echo.responseReceiver({ group: "g", maxInFlight })) as Lending;
  await using _group = await echo.responseReceiver({ group: "g" });
  const running = start(echo);
  await Promise.all(Array.from({ length: count }, (_, n) => echo.call(n)));
  await running.stop();
  await work(open);
  await echo.close();
}

const valueOf = ({ result }: ResponseMessage<number>): number => (result.ok ? result.value : Number.NaN);

test("what is lent is let go one by one, in any order; the rest comes again to the group", async () => {
  await withResponses(4, async (open) => {
    const receiver = await open();
    expect(receiver.returns).toBe(true);
    const loans = await receiver.receiveLoans(10);
    expect(loans.map(({ message }) => valueOf(message))).toEqual([0, 1, 2, 3]);
    expect(receiver.room).toBe(508);
    for (const index of [2, 0, 2]) loans[index]?.done();
    expect(receiver.room).toBe(510);
    await receiver[Symbol.asyncDispose](); // right after: what was done with is not given back
    loans[1]?.done(); // too late to count
    await using again = await open();
    const left = await again.receiveLoans(10);
    expect(left.map(({ message }) => valueOf(message))).toEqual([1, 3]);
  });
});

test("no more is lent than may be held, until something is done with", async () => {
  await withResponses(5, async (open) => {
    await using receiver = await open(2);
    const [first] = await receiver.receiveLoans(10);
    expect(receiver.room).toBe(0);
    const next = Promise.resolve(receiver.receiveLoans(10)).then((loans) => loans.map(({ message }) => valueOf(message)));
    await new Promise((resolve) => setImmediate(resolve));
    first?.done();
    expect(await next).toEqual([2]);
  });
});

test("asking with receive lets go of what receive gave, and of nothing that was lent", async () => {
  await withResponses(4, async (open) => {
    const receiver = await open();
    await receiver.receive();
    const [lent] = await receiver.receiveLoans(1);
    expect(valueOf(lent?.message as ResponseMessage<number>)).toBe(1);
    expect(valueOf(await receiver.receive())).toBe(2);
    await receiver[Symbol.asyncDispose]();
    await using again = await open();
    expect((await again.receiveLoans(9)).map(({ message }) => valueOf(message))).toEqual([1, 2, 3]);
  });
});

test.each([0, 1.5, 1_000_001])("a maxInFlight of %s is refused", async (maxInFlight) => {
  await using transport = memory();
  const echo = processor(job<number, number>()({ name: "echo", run: (n) => n }), { transport });
  await expect(echo.responseReceiver({ maxInFlight })).rejects.toMatchObject({ code: "ERR_OPTION" });
  await echo.close();
});
