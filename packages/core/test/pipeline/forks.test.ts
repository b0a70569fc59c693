import { FakeClock, rejection, turns } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { batch, fanOut, filter, flatMap, map, merge, pipe, processor, route, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { sorted } from "../support/sorted.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

type Shape = { readonly kind: "circle"; readonly radius: number } | { readonly kind: "square"; readonly side: number };

const parse = plainJob({ name: "parse", run: (text: string): Shape => JSON.parse(text) as Shape });
const circle = plainJob({ name: "circle", run: ({ radius }: { readonly radius: number }) => radius * 3 });
const square = plainJob({ name: "square", run: ({ side }: { readonly side: number }) => side * side });

describe.each(wires)("forks on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("route sends each response to the stage of its tag, and the answers flow on together", async () => {
    const transport = own(open());
    const stages = { circle: own(processor(circle, { transport })), square: own(processor(square, { transport })) };
    const chain = run(
      pipe(
        own(processor(parse, { transport })),
        route("kind", stages),
        map((area: number) => `area ${area}`),
      ),
    );

    expect(await chain.call('{"kind":"circle","radius":2}')).toBe("area 6");
    expect(await chain.call('{"kind":"square","side":3}')).toBe("area 9");
  });

  it("a tag without a route is the answer, and names the routes there are", async () => {
    const transport = own(open());
    const stages = { circle: own(processor(circle, { transport })), square: own(processor(square, { transport })) };
    const chain = run(pipe(own(processor(parse, { transport })), route("kind", stages)));

    for (const odd of ['{"kind":"oval"}', "{}", "null", "7", '{"kind":"__proto__"}', '{"kind":"toString"}']) {
      expect(await rejection(chain.call(odd))).toMatchObject({
        code: "ERR_PROCESS",
        message: expect.stringContaining("circle, square"),
      });
    }
    expect(await chain.call('{"kind":"circle","radius":1}')).toBe(3);
  });

  it("a route may lead into a pipeline, and its errors come back", async () => {
    const transport = own(open());
    const half = plainJob({
      name: "half",
      run: (n: number) => {
        if (n > 100) throw new RangeError("too big");
        return n / 2;
      },
    });
    const inner = pipe(own(processor(circle, { transport })), own(processor(half, { transport })));
    const chain = run(
      pipe(own(processor(parse, { transport })), route("kind", { circle: inner, square: own(processor(square, { transport })) })),
    );

    expect(await chain.call('{"kind":"circle","radius":2}')).toBe(3);
    expect(await chain.call('{"kind":"square","side":2}')).toBe(4);
    expect(await rejection(chain.call('{"kind":"circle","radius":200}'))).toMatchObject({ name: "RangeError", message: "too big" });
  });

  it("fanOut hands each response to every stage, under ids of their own", async () => {
    const transport = own(open());
    const add = (name: string, n: number) => own(processor(plainJob({ name, run: (value: number) => value + n }), { transport }));
    const chain = run(
      pipe(
        add("zero", 0),
        fanOut([add("one", 1), add("two", 2)]),
        map((n: number) => n * 10),
      ),
    );
    const responses = own(await chain.responseReceiver());

    await chain.send(5, { id: "f" });

    const got = [await responses.receive(), await responses.receive()];
    expect(new Map(got.map(({ id, result }) => [id, result]))).toEqual(
      new Map([
        ["f.0", { ok: true, value: 60 }],
        ["f.1", { ok: true, value: 70 }],
      ]),
    );
  });

  it("what may answer often cannot be called", async () => {
    const transport = own(open());
    const echo = own(processor(plainJob({ name: "echo", run: (n: number) => n }), { transport }));
    const other = own(processor(plainJob({ name: "other", run: (n: number) => n }), { transport }));
    const chain = run(pipe(echo, fanOut([other])));
    const untyped = chain as unknown as {
      readonly call: (n: number) => Promise<number>;
      readonly sendReceive: (n: number) => Promise<unknown>;
    };

    expect(await rejection(untyped.call(1))).toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: expect.stringContaining("responseReceiver"),
    });
    expect(await untyped.sendReceive(1)).toMatchObject({ ok: false, error: { code: "ERR_UNSUPPORTED" } });
  });

  it("flatMap makes none, one or many of each response, also of what comes in time", async () => {
    const transport = own(open());
    const echo = own(processor(plainJob({ name: "echo", run: (list: readonly string[]) => list }), { transport }));
    const shout = own(processor(plainJob({ name: "shout", run: (word: string) => word.toUpperCase() }), { transport }));
    async function* later(list: readonly string[]) {
      for (const word of list) {
        await turns(1);
        yield word;
      }
    }
    const chains = [
      run(
        pipe(
          echo,
          flatMap((list: readonly string[]) => new Set(list)),
          shout,
        ).named("sync"),
      ),
      run(pipe(echo).flatMap(later).pipe(shout).named("later")),
    ];
    for (const chain of chains) {
      const responses = own(await chain.responseReceiver());
      await chain.send([]);
      await chain.send(["a", "b"], { id: "r" });
      await chain.send(["c"], { id: "s" });

      const got = [await responses.receive(), await responses.receive(), await responses.receive()];
      expect(got.map(({ id, result }) => [id, result.ok && result.value])).toEqual([
        ["r.0", "A"],
        ["r.1", "B"],
        ["s.0", "C"],
      ]);
    }
  });

  it("one part that does not fit leaves its siblings alone", async () => {
    const transport = own(open());
    const echo = own(processor(plainJob({ name: "echo", run: (list: readonly number[]) => list }), { transport }));
    const next = own(processor(plainJob({ name: "next", run: (n: number) => n }), { transport }));
    const chain = run(
      pipe(
        echo,
        flatMap((list: readonly number[]) => list),
        map((n: number) => {
          if (n === 2) throw new RangeError("two");
          return n;
        }),
        next,
      ),
    );
    const responses = own(await chain.responseReceiver());

    await chain.send([1], { id: "a" });
    await chain.send([2], { id: "b" });
    await chain.send([3], { id: "c" });

    const got = [await responses.receive(), await responses.receive(), await responses.receive()];
    expect(got.map(({ id, result }) => `${id} ${result.ok}`).sort()).toEqual(["a.0 true", "b false", "c.0 true"]);
  });

  it("merge joins what several processors and pipelines answer, whoever asked", async () => {
    const transport = own(open());
    const left = run(processor(plainJob({ name: "left", run: (n: number) => `left ${n}` }), { transport }));
    const right = run(
      pipe(
        own(processor(plainJob({ name: "right", run: (n: number) => n }), { transport })),
        own(processor(plainJob({ name: "text", run: (n: number) => `right ${n}` }), { transport })),
      ),
    );
    const log = own(processor(plainJob({ name: "log", run: (line: string) => line.toUpperCase() }), { transport }));
    const chain = run(
      pipe(
        merge(left, right),
        map((line: string) => `${line}!`),
        log,
      ),
    );
    const responses = own(await chain.responseReceiver());
    await turns();

    expect(await left.call(1)).toBe("left 1");
    expect(await right.call(2)).toBe("right 2");

    const got = [await responses.receive(), await responses.receive()];
    expect(sorted(got.map(({ result }) => result.ok && result.value))).toEqual(["LEFT 1!", "RIGHT 2!"]);
  });

  it("a merge may begin an inner pipeline, and takes no requests itself", async () => {
    const transport = own(open());
    const left = run(processor(plainJob({ name: "left", run: (n: number) => n }), { transport }));
    const next = own(processor(plainJob({ name: "next", run: (n: number) => n + 1 }), { transport }));
    const last = own(processor(plainJob({ name: "last", run: (n: number) => n * 2 }), { transport }));
    const chain = run(pipe(pipe(merge(left), next), last));
    const responses = own(await chain.responseReceiver());
    await turns();

    await left.send(5);

    expect(await responses.receive()).toMatchObject({ result: { ok: true, value: 12 } });
    expect(await rejection(chain.send(1 as never))).toMatchObject({ code: "ERR_UNSUPPORTED" });
  });
});

describe("batches", () => {
  const { own, run } = belongings();

  function batching(options: { readonly max: number; readonly lingerMs?: number }, clock = new FakeClock()) {
    const environment = { ...systemEnvironment, clock };
    const transport = own(memory({ clock }));
    const batches: (readonly number[])[] = [];
    const echo = own(processor(plainJob({ name: "echo", run: (n: number) => n }), { transport, environment, concurrency: 64 }));
    const sum = own(
      processor(
        plainJob({
          name: "sum",
          run: (list: readonly number[]) => {
            batches.push(list);
            if (list.includes(-1)) throw new RangeError("no negatives");
            return list.reduce((all, n) => all + n, 0);
          },
        }),
        { transport, environment },
      ),
    );
    return { clock, environment, transport, batches, echo, sum, chain: run(pipe(echo, batch(options), sum)) };
  }

  it("gather up to their size, and give every caller the answer", async () => {
    const { chain, batches, clock } = batching({ max: 3, lingerMs: 10_000 });
    const calls = Promise.all([1, 2, 3, 4, 5, 6].map((n) => chain.call(n)));

    await clock.advance(1);

    expect((await calls).toSorted((one, other) => one - other)).toEqual([6, 6, 6, 15, 15, 15]);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("go when they have waited long enough, however few they are", async () => {
    const { chain, batches, clock } = batching({ max: 100, lingerMs: 500 });
    const calls = Promise.all([chain.call(1), chain.call(2)]);

    await clock.advance(400);
    expect(batches).toEqual([]);
    await clock.advance(200);

    expect(await calls).toEqual([3, 3]);
    expect(batches).toEqual([[1, 2]]);
  });

  it("an error of the batch is everybody's", async () => {
    const { chain, clock } = batching({ max: 2 });
    const results = Promise.all([chain.sendReceive(1), chain.sendReceive(-1)]);

    await clock.advance(100);

    expect(await results).toMatchObject([
      { ok: false, error: { message: "no negatives" } },
      { ok: false, error: { message: "no negatives" } },
    ]);
  });

  it("dropping a batch tells all its callers", async () => {
    const { echo, sum, clock } = batching({ max: 1 });
    const chain = run(
      pipe(
        echo,
        batch({ max: 2 }),
        filter((list: readonly number[]) => list.length > 2),
        sum,
      ).named("drops"),
    );
    const results = Promise.all([chain.sendReceive(1), chain.sendReceive(2)]);

    await clock.advance(100);

    expect(await results).toMatchObject([{ error: { code: "ERR_FILTERED" } }, { error: { code: "ERR_FILTERED" } }]);
  });

  it("parents are let go only after their batch was accepted, and come again when it was not", async () => {
    const clock = new FakeClock();
    const environment = { ...systemEnvironment, clock };
    const [left, right] = [own(memory({ clock })), own(memory({ clock }))];
    let refuses = true;
    const downstream = tampered(right, {
      onSend: ({ name }) => {
        if (name === "sum" && refuses) throw new Error("not now");
      },
    });
    const batches: (readonly number[])[] = [];
    const echo = own(
      processor(plainJob({ name: "echo", run: (n: number) => n }), {
        transport: tampered(left, { capabilities: { lease: "process" } }),
        environment,
      }),
    );
    const sum = own(
      processor(plainJob({ name: "sum", run: (list: readonly number[]) => void batches.push(list) }), {
        transport: downstream,
        environment,
      }),
    );
    const chain = run(pipe(echo, batch({ max: 3 }), sum));
    await chain.sendMany([1, 2, 3]);
    await clock.advance(200);
    expect(await left.depth("pipe.echo-sum.echo")).toMatchObject({ completed: 0 });

    refuses = false;
    await clock.advance(5_000);

    expect(sorted(batches.flat())).toEqual([1, 2, 3]);
    expect(await left.depth("pipe.echo-sum.echo")).toMatchObject({ completed: 3, inFlight: 0 });
  });

  it("a parent whose parts are in two batches is let go when both were accepted", async () => {
    const clock = new FakeClock();
    const environment = { ...systemEnvironment, clock };
    const [left, right] = [own(memory({ clock })), own(memory({ clock }))];
    let sends = 0;
    const downstream = tampered(right, {
      onSend: ({ name }) => {
        if (name === "sum" && ++sends === 1) throw new Error("the first batch is refused");
      },
    });
    const got: number[] = [];
    const echo = own(processor(plainJob({ name: "echo", run: (list: readonly number[]) => list }), { transport: left, environment }));
    const sum = own(
      processor(plainJob({ name: "sum", run: (list: readonly number[]) => void got.push(...list) }), {
        transport: downstream,
        environment,
      }),
    );
    const chain = run(
      pipe(
        echo,
        flatMap((list: readonly number[]) => list),
        batch({ max: 2, lingerMs: 100 }),
        sum,
      ).named("parts"),
    );
    await chain.send([1, 2, 3]);

    await clock.advance(10_000);

    expect(new Set(got)).toEqual(new Set([1, 2, 3])); // 3 may come twice, none is missing
  });

  it("the branches of a fork gather together", async () => {
    const clock = new FakeClock();
    const environment = { ...systemEnvironment, clock };
    const transport = own(memory({ clock }));
    const batches: (readonly number[])[] = [];
    const stage = (name: string) =>
      own(processor(plainJob({ name, run: ({ n }: { readonly n: number }) => n }), { transport, environment }));
    const first = own(
      processor(plainJob({ name: "first", run: (value: { readonly side: "a" | "b"; readonly n: number }) => value }), {
        transport,
        environment,
      }),
    );
    const sum = own(
      processor(plainJob({ name: "sum", run: (list: readonly number[]) => void batches.push(list) }), { transport, environment }),
    );
    const chain = run(pipe(first, route("side", { a: stage("a"), b: stage("b") }), batch({ max: 2, lingerMs: 1_000 }), sum));

    await chain.send({ side: "a", n: 1 });
    await chain.send({ side: "b", n: 2 });
    await clock.advance(10);

    expect(batches.map((list) => sorted(list))).toEqual([[1, 2]]);
  });

  it("an incomplete batch is sent off when the pipeline stops", async () => {
    const { chain, batches, clock, sum } = batching({ max: 100, lingerMs: 10_000 });
    await chain.sendMany([1, 2, 3]);
    await clock.advance(10);
    expect(batches).toEqual([]);

    const stopped = chain.stop();
    await clock.advance(10);
    await stopped;
    run(sum);
    await clock.advance(10);

    expect(batches).toEqual([[1, 2, 3]]);
  });

  it("two of them between the same stages are refused, and sizes that are none", () => {
    const { echo, sum } = batching({ max: 1 });

    expect(() => pipe(echo, batch({ max: 2 }), batch({ max: 2 }), sum as never)).toThrow(/Only one batch/);
    expect(() => batch({ max: 0 })).toThrow(/batch.max/);
    expect(() => batch({ max: 1, lingerMs: -1 })).toThrow(/lingerMs/);
  });
});
