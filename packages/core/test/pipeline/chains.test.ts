import { rejection, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineJob, filter, map, pipe, processor, sendReceive, type StageFailure, tap } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { sorted } from "../support/sorted.ts";
import { memory, wires } from "../support/wires.ts";

class TooShortError extends Error {
  override readonly name = "TooShortError";
}

const words = plainJob({
  name: "words",
  errors: [TooShortError],
  run: (text: string) => {
    if (text === "") throw new TooShortError("nothing to split");
    return text.split(" ");
  },
});
const count = plainJob({ name: "count", run: (list: readonly string[]) => list.length });
const show = plainJob({ name: "show", run: (n: number) => `${n} words` });

describe.each(wires)("chains on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  function stages() {
    const transport = own(open());
    return {
      transport,
      words: own(processor(words, { transport })),
      count: own(processor(count, { transport })),
      show: own(processor(show, { transport })),
    };
  }

  it("a call goes through all stages and comes back", async () => {
    const made = stages();
    const two = run(pipe(made.words, made.count));
    expect(await two.call("a b c")).toBe(3);

    const three = run(pipe(made.words, made.count, made.show).named("three"));
    expect(await three.call("a b c")).toBe("3 words");
  });

  it("is named after its stages, unless it is given a name", () => {
    const made = stages();

    expect(pipe(made.words, made.count).name).toBe("words-count");
    expect(
      pipe(made.words)
        .map((list) => list.length)
        .pipe(made.show).name,
    ).toBe("words-show");
    expect(pipe(made.words, made.count).named("lengths").pipe(made.show).name).toBe("lengths-show");
    expect(
      pipe(made.words, made.count)
        .pipe(made.show)
        .named("all")
        .map((text) => text).name,
    ).toBe("all");
  });

  it("many calls at once each get their own answer", async () => {
    const made = stages();
    const chain = run(pipe(made.words, made.count, made.show));

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => chain.call(Array.from({ length: n + 1 }, () => "x").join(" "))),
    );

    expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => `${n + 1} words`));
  });

  it("send, sendMany and responseReceiver work as on a processor, with one response per request", async () => {
    const made = stages();
    const chain = run(pipe(made.words, made.count));
    const responses = own(await chain.responseReceiver());

    const one = await chain.send("a b", { id: "one", headers: { tenant: "blue" } });
    const many = await chain.sendMany(["a", "a b c"]);

    const got = [await responses.receive(), await responses.receive(), await responses.receive()];
    expect(got.map(({ id }) => id)).toEqual([one, ...many]);
    expect(got.map(({ result }) => result)).toEqual([2, 1, 3].map((value) => ({ ok: true, value })));
    expect(got[0]?.headers).toMatchObject({ tenant: "blue" });
    expect(await responses.receive({ signal: AbortSignal.timeout(20) }).catch((error: Error) => error.name)).toBe("TimeoutError");
  });

  it("a chain of one stage is that stage, and answers once", async () => {
    const made = stages();
    const chain = run(pipe(made.words));
    const responses = own(await chain.responseReceiver());
    await chain.send("a b", { id: "single" });

    expect(await responses.receive()).toMatchObject({ id: "single", result: { ok: true, value: ["a", "b"] } });
    expect(await responses.receive({ signal: AbortSignal.timeout(20) }).catch((error: Error) => error.name)).toBe("TimeoutError");
    expect(await chain.call("x")).toEqual(["x"]);
  });

  it("stages may live on different transports", async () => {
    const [left, right] = [own(open()), own(memory())];
    const chain = run(
      pipe(
        own(processor(words, { transport: left })),
        own(processor(count, { transport: right })),
        own(processor(show, { transport: left })),
      ),
    );

    expect(await chain.call("a b c d")).toBe("4 words");
    expect(await rejection(chain.call(""))).toBeInstanceOf(TooShortError);
  });

  it("a pipeline is a stage again, and its steps stay where they were", async () => {
    const made = stages();
    const inner = pipe(
      made.words,
      map((list: readonly string[]) => list.filter((word) => word !== "the")),
      made.count,
    );
    const outer = run(
      pipe(
        inner,
        map((n: number) => n + 1),
        made.show,
      ),
    );

    expect(await outer.call("the a the b")).toBe("3 words");
    expect(await rejection(outer.call(""))).toBeInstanceOf(TooShortError);
  });

  it("a pipeline can be called through sendReceive, and its calls are its own", async () => {
    const made = stages();
    const chain = run(pipe(made.words, made.count));
    const calls = own(sendReceive(chain));

    expect(await calls.sendReceive("a b")).toEqual({ ok: true, value: 2 });
    expect(await rejection(calls.call(""))).toBeInstanceOf(TooShortError);
  });

  it("map, tap and filter stand between stages, as parts or as methods, also when they take their time", async () => {
    const made = stages();
    const seen: unknown[] = [];
    const byParts = pipe(
      made.words,
      tap((list: readonly string[]) => void seen.push(list)),
      filter((list: readonly string[]) => list.length < 4),
      map(async (list: readonly string[]) => [...list, "end"]),
      made.count,
    );
    const byMethods = pipe(made.words)
      .tap(async (list) => void seen.push(list))
      .filter(async (list) => list.length < 4)
      .map((list) => [...list, "end"])
      .pipe(made.count);

    for (const chain of [run(byParts.named("parts")), run(byMethods.named("methods"))]) {
      expect(await chain.call("a b")).toBe(3);
      expect(await rejection(chain.call("a b c d"))).toMatchObject({ code: "ERR_FILTERED" });
    }
    expect(seen).toEqual([
      ["a", "b"],
      ["a", "b", "c", "d"],
      ["a", "b"],
      ["a", "b", "c", "d"],
    ]);
  });

  it("steps know the id and the headers of the request", async () => {
    const made = stages();
    const chain = run(pipe(made.words).map((list, { id, headers }) => [...list, id, headers["tenant"] ?? "none"]));

    expect(await chain.call("a", { id: "x", headers: { tenant: "blue" } })).toEqual(["a", "x", "blue"]);
  });

  it("what nobody calls for is dropped in silence by filter", async () => {
    const made = stages();
    const chain = run(
      pipe(
        made.words,
        filter((list: readonly string[]) => list.length > 1),
        made.count,
      ),
    );
    const responses = own(await chain.responseReceiver());

    await chain.send("one");
    await chain.send("one two", { id: "kept" });

    expect(await responses.receive()).toMatchObject({ id: "kept", result: { ok: true, value: 2 } });
    await until("nothing is left", async () => (await made.transport.depth("pipe.words-count.words")).inFlight === 0);
  });

  it("an error short-circuits to the caller, rebuilt, and names its stage on the response", async () => {
    const made = stages();
    let counted = 0;
    const counting = own(
      processor(
        plainJob({
          name: "counting",
          run: (list: readonly string[]) => {
            counted++;
            return list.length;
          },
        }),
        { transport: made.transport },
      ),
    );
    const chain = run(pipe(made.words, counting, made.show));
    const responses = own(await chain.responseReceiver());

    expect(await rejection(chain.call("", { id: "bad" }))).toBeInstanceOf(TooShortError);

    expect(await responses.receive()).toMatchObject({
      id: "bad",
      result: { ok: false, error: { message: "nothing to split" } },
      headers: { "job-orch-stage": "words" },
    });
    expect(counted).toBe(0);
  });

  it("internal addresses do not show on the pipeline's responses", async () => {
    const made = stages();
    const chain = run(pipe(made.words, made.count));
    const responses = own(await chain.responseReceiver());
    await chain.call("a b", { headers: { tenant: "blue" } });

    const { headers } = await responses.receive();

    expect(Object.keys(headers ?? {}).sort()).toEqual(["job-orch-deadline", "tenant"]);
  });

  it("what a step throws is the answer, and nothing gets stuck", async () => {
    const made = stages();
    const throwing = (thrown: unknown) =>
      map((): readonly string[] => {
        throw thrown;
      });
    const chains = [new RangeError("bad map"), "a string", undefined].map((thrown, at) =>
      run(pipe(made.words, throwing(thrown), made.count).named(`throws-${at}`)),
    );

    expect(await rejection(chains[0]?.call("a") ?? Promise.resolve())).toMatchObject({ name: "RangeError", message: "bad map" });
    expect(await rejection(chains[1]?.call("a") ?? Promise.resolve())).toMatchObject({ code: "ERR_PROCESS" });
    expect(await rejection(chains[2]?.call("a") ?? Promise.resolve())).toMatchObject({ code: "ERR_PROCESS" });
    for (const { name } of chains) expect(await made.transport.depth(`pipe.${name}.words`)).toMatchObject({ ready: 0, inFlight: 0 });
  });

  it("a tap that throws, or rejects, changes nothing", async () => {
    const made = stages();
    const chain = run(
      pipe(made.words)
        .tap(() => {
          throw new Error("onlooker");
        })
        .tap(() => Promise.reject(new Error("onlooker")))
        .pipe(made.count),
    );

    expect(await chain.call("a b")).toBe(2);
  });

  it("what does not fit the next stage's schema is the answer, and the stage is not begun", async () => {
    const made = stages();
    let runs = 0;
    const strict = own(
      processor(defineJob({ name: "strict", request: z.array(z.string().min(2)), run: () => ++runs }), { transport: made.transport }),
    );
    const chain = run(pipe(made.words, strict));

    expect(await rejection(chain.call("aa b"))).toMatchObject({ code: "ERR_VALIDATION" });
    expect(runs).toBe(0);
    expect(await chain.call("aa bb")).toBe(1);
  });

  it("transforms of the next stage's schema run on its side, once", async () => {
    const made = stages();
    const strict = own(
      processor(defineJob({ name: "joins", request: z.array(z.string()).transform((list) => list.join("+")), run: (joined) => joined }), {
        transport: made.transport,
      }),
    );

    expect(await run(pipe(made.words, strict)).call("a b")).toBe("a+b");
  });

  it("errors can go to a branch, whose answer is the pipeline's", async () => {
    const made = stages();
    const rescue = own(
      processor(
        plainJob({ name: "rescue", run: ({ stage, id, error }: StageFailure) => `${stage} ${id}: ${error.name} ${error.message}` }),
        { transport: made.transport },
      ),
    );
    const chain = run(pipe(made.words, made.count, made.show).onError(rescue));

    expect(await chain.call("a b")).toBe("2 words");
    expect(await chain.call("", { id: "bad" })).toBe("words bad: TooShortError nothing to split");
  });

  it("what is added after a branch gets its answers too", async () => {
    const made = stages();
    const none = own(processor(plainJob({ name: "none", run: (_: StageFailure): readonly string[] => [] }), { transport: made.transport }));
    const chain = run(
      pipe(made.words)
        .onError(none)
        .map((list) => list.length)
        .pipe(made.show),
    );

    expect(await chain.call("a b")).toBe("2 words");
    expect(await chain.call("")).toBe("0 words");
  });

  it("what the branch throws leaves the pipeline as its error", async () => {
    const made = stages();
    const broken = own(
      processor(
        plainJob({
          name: "broken",
          run: (_: StageFailure): string => {
            throw new SyntaxError("branch is broken too");
          },
        }),
        { transport: made.transport },
      ),
    );
    const chain = run(pipe(made.words, made.count).onError(broken));

    expect(await rejection(chain.call(""))).toMatchObject({ name: "SyntaxError", message: "branch is broken too" });
  });

  it("the branch of an inner pipeline answers for it, and the chain goes on", async () => {
    const made = stages();
    const none = own(processor(plainJob({ name: "none", run: (_: StageFailure): readonly string[] => [] }), { transport: made.transport }));
    const inner = pipe(made.words).onError(none);
    const outer = run(pipe(inner, made.count, made.show));

    expect(await outer.call("a b")).toBe("2 words");
    expect(await outer.call("")).toBe("0 words");
  });

  it("that one stage's answer was cached says nothing of the next", async () => {
    const transport = own(open());
    const cachedFirst = own(
      processor(plainJob({ name: "first", run: () => "run", getCache: () => ({ response: "cached" }) }), {
        transport,
        resources: () => undefined,
      }),
    );
    const second = own(processor(plainJob({ name: "second", run: (text: string) => `${text}!` }), { transport }));
    const chain = run(pipe(cachedFirst, second));
    const responses = own(await chain.responseReceiver());

    expect(await chain.call(undefined)).toBe("cached!");
    expect((await responses.receive()).headers?.["job-orch-cached"]).toBeUndefined();
  });

  it("cancel reaches whichever stage has the request", async () => {
    const transport = own(open());
    const begun = Promise.withResolvers<void>();
    const first = own(processor(plainJob({ name: "quick", run: (text: string) => text }), { transport }));
    const second = own(
      processor(
        plainJob({
          name: "endless",
          run: (_: string, _resources, { signal }) => {
            begun.resolve();
            return new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
          },
        }),
        { transport },
      ),
    );
    const chain = run(pipe(first, second));
    const result = chain.sendReceive("x", { id: "c" });
    await begun.promise;

    await chain.cancel("c");

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
  });

  it("a call is aborted, and times out, wherever its request is", async () => {
    const transport = own(open());
    const told: string[] = [];
    const first = own(processor(plainJob({ name: "quick", run: (text: string) => text }), { transport }));
    const second = own(
      processor(
        plainJob({
          name: "endless",
          run: (_: string, _resources, { signal }) =>
            new Promise<never>((_resolve, reject) =>
              signal.addEventListener("abort", () => {
                told.push((signal.reason as { readonly code: string }).code);
                reject(signal.reason as Error);
              }),
            ),
        }),
        { transport, concurrency: 2 },
      ),
    );
    const chain = run(pipe(first, second));
    const controller = new AbortController();
    const aborted = rejection(chain.call("x", { signal: controller.signal }));
    const timed = rejection(chain.call("x", { timeoutMs: 50 }));
    await until("both run", async () => (await transport.depth("endless")).inFlight === 2);

    controller.abort("enough");

    expect(await aborted).toBe("enough");
    expect(await timed).toMatchObject({ code: "ERR_DEADLINE" });
    await until("both jobs were told", () => told.length === 2);
    expect(sorted(told)).toEqual(["ERR_CANCELLED", "ERR_DEADLINE"]);
  });

  it("tells the events of every stage, each once", async () => {
    const made = stages();
    const chain = run(pipe(made.words, made.count));
    const told: string[] = [];
    for (const name of ["sent", "succeeded", "dead"] as const) chain.on(name, ({ processor: of, id }) => told.push(`${name} ${of} ${id}`));

    await chain.call("a b", { id: "good" });
    await chain.sendReceive("", { id: "bad" });
    await until("all is told of", () => told.length === 5);
    await turns();

    expect(told.sort()).toEqual([
      "dead words bad",
      "sent words-count bad",
      "sent words-count good",
      "succeeded count good",
      "succeeded words good",
    ]);
  });

  it("refuses what cannot be a chain", () => {
    const made = stages();

    expect(() => pipe(map((n: number) => n) as never)).toThrow(/begins with/);
    expect(() => pipe(made.words, made.count).named("no spaces")).toThrow(/no spaces/);
    expect(() => pipe({ name: "foreign", run: async () => undefined } as never)).toThrow(/processor\(…\)/);
  });
});
