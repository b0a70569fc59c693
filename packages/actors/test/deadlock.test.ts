import { job } from "@job-orch/core";
import { describe, expect, it } from "vitest";
import { type Actors, actors } from "../src/index.ts";
import { gate } from "./support/gate.ts";

/** Asks the first of the rest to go on, and answers with where it has been. */
interface Hop {
  readonly to: string;
  readonly via?: readonly string[];
}

function hops(
  options: { readonly reentrant?: boolean; readonly concurrency?: number; readonly mailbox?: { readonly perKey?: number } } = {},
): Actors<Hop, string> {
  const made: Actors<Hop, string> = actors(
    job<Hop, string, void>()({
      name: "hop",
      run: async ({ to, via: [next, ...via] = [] }) =>
        next === undefined ? to : `${to} ${await made.ask({ to: next, via }, { timeoutMs: 10_000 })}`,
    }),
    { key: ({ to }) => to, activate: () => undefined, ...options },
  );
  return made;
}

const ask = { timeoutMs: 10_000 };

describe("actors that ask each other", () => {
  it("get their answers when nobody is asked twice, also when only one may run", async () => {
    await using made = hops({ concurrency: 1 });
    expect(await made.ask({ to: "a", via: ["b", "c", "d"] }, ask)).toBe("a b c d");
    expect(await Promise.all([made.ask({ to: "a", via: ["b"] }, ask), made.ask({ to: "c", via: ["d"] }, ask)])).toEqual(["a b", "c d"]);
  });

  it("hear of a deadlock at once, with the way it goes", async () => {
    await using made = hops();
    const startedMs = performance.now();
    await expect(made.ask({ to: "a", via: ["a"] }, ask)).rejects.toMatchObject({ code: "ERR_DEADLOCK", chain: ["a", "a"] });
    await expect(made.ask({ to: "a", via: ["b", "c", "a"] }, ask)).rejects.toMatchObject({
      code: "ERR_DEADLOCK",
      retry: "never",
      chain: ["a", "b", "c", "a"],
    });
    expect(performance.now() - startedMs).toBeLessThan(ask.timeoutMs);
    expect(await made.ask({ to: "a" }, ask)).toBe("a");
  });

  it("go on in between when they are reentrant", async () => {
    await using made = hops({ reentrant: true, concurrency: 1 });
    expect(await made.ask({ to: "a", via: ["b", "a", "b", "a", "a"] }, ask)).toBe("a b a b a a");
    expect(await made.ask({ to: "b" }, ask)).toBe("b");
  });

  it("over two kinds of actors hear of it too", async () => {
    const left: Actors<Hop, string> = actors(job<Hop, string, void>()({ name: "left", run: async ({ to }) => right.ask({ to }, ask) }), {
      key: ({ to }) => to,
      activate: () => undefined,
      concurrency: 1,
    });
    const right: Actors<Hop, string> = actors(
      job<Hop, string, void>()({ name: "right", run: async ({ to }) => (to === "end" ? to : left.ask({ to }, ask)) }),
      { key: ({ to }) => to, activate: () => undefined, concurrency: 1 },
    );
    await expect(left.ask({ to: "a" }, ask)).rejects.toMatchObject({ code: "ERR_DEADLOCK", chain: ["a", "a", "a"] });
    expect(await left.ask({ to: "end" }, ask)).toBe("end");
    await left.close();
    await right.close();
  });

  it("may tell themselves, as long as their mailbox has room", async () => {
    const heard: number[] = [];
    const made: Actors<{ readonly n: number }, void> = actors(
      job<{ readonly n: number }, void, void>()({
        name: "again",
        run: async ({ n }) => {
          heard.push(n);
          if (n < 3) await made.tell({ n: n + 1 });
          if (n === 3) await Promise.all([made.tell({ n: 10 }), made.tell({ n: 11 })]);
        },
      }),
      { key: () => "one", activate: () => undefined, mailbox: { perKey: 1 } },
    );
    const failed = new Promise((resolve) => made.on("failed", resolve));
    await made.tell({ n: 0 });
    expect(await failed).toMatchObject({ error: { code: "ERR_DEADLOCK" } });
    await made.close();
    expect(heard).toEqual([0, 1, 2, 3, 10]);
  });

  it("after they have answered wait for nobody", async () => {
    const { passed, open } = gate();
    const late: Promise<string>[] = [];
    const made: Actors<Hop, string> = actors(
      job<Hop, string, void>()({
        name: "late",
        run: ({ to, via = [] }) => {
          if (via.length > 0) late.push(passed.then(() => made.ask({ to }, ask)));
          return to;
        },
      }),
      { key: ({ to }) => to, activate: () => undefined },
    );
    expect(await made.ask({ to: "a", via: ["a"] }, ask)).toBe("a");
    open();
    expect(await Promise.all(late)).toEqual(["a"]);
    await made.close();
  });

  it("hear of it also when their job waited for nothing so far", async () => {
    const made: Actors<Hop, string> = actors(
      job<Hop, string, void>()({
        name: "hop",
        run: ({ to, via: [next, ...via] = [] }) => (next === undefined ? to : later().then(() => made.ask({ to: next, via }, ask))),
      }),
      { key: ({ to }) => to, activate: () => undefined },
    );
    for (const to of ["a", "b", "a"]) expect(await made.ask({ to }, ask)).toBe(to);
    for (let again = 0; again < 2; again++) {
      await expect(made.ask({ to: "a", via: ["b", "a"] }, ask)).rejects.toMatchObject({ code: "ERR_DEADLOCK", chain: ["a", "b", "a"] });
    }
    await made.close();
  });

  it("are not taken for each other when what they left behind asks later", async () => {
    const { passed, open } = gate();
    const late: Promise<string>[] = [];
    const working = gate();
    const made: Actors<Hop & { readonly waits?: boolean }, string> = actors(
      job<Hop & { readonly waits?: boolean }, string, void>()({
        name: "late",
        run: ({ to, waits = false }) => {
          if (waits) return working.passed.then(() => `${to} at last`);
          if (to !== "b") late.push(passed.then(() => made.ask({ to: "b" }, ask)));
          return to;
        },
      }),
      { key: ({ to }) => to, activate: () => undefined },
    );
    // One asks while no job waits: from then on it is known that some go on after their end.
    await made.ask({ to: "a" }, ask);
    open();
    expect(await Promise.all(late)).toEqual(["b"]);
    await made.ask({ to: "c" }, ask);
    const busy = made.ask({ to: "b", waits: true }, ask);
    await later();
    working.open();
    expect(await busy).toBe("b at last");
    expect(await Promise.all(late)).toEqual(["b", "b"]);
    await made.close();
  });

  it("ask in between at once, in the middle of a job that has not waited yet", async () => {
    const made: Actors<Hop, string> = actors(
      job<Hop, string, void>()({
        name: "hop",
        run: ({ to, via: [next, ...via] = [] }) =>
          next === undefined ? to : made.ask({ to: next, via }, ask).then((rest) => `${to} ${rest}`),
      }),
      { key: ({ to }) => to, activate: () => undefined, reentrant: true },
    );
    expect(await made.ask({ to: "a", via: ["a", "a", "b", "a"] }, ask)).toBe("a a a b a");
    expect(await made.ask({ to: "a" }, ask)).toBe("a");
    await made.close();
  });
});

it("a reentrant actor goes on as itself after it was asked in between", async () => {
  const made: Actors<Hop, string> = actors(
    job<Hop, string, void>()({
      name: "hop",
      run: async ({ to, via: [next, ...via] = [] }) => {
        if (next === undefined) return to;
        const first = made.ask({ to }, ask);
        const second = made.ask({ to: next, via }, ask);
        return `${to} ${await first} ${await second}`;
      },
    }),
    { key: ({ to }) => to, activate: () => undefined, reentrant: true, concurrency: 1 },
  );
  expect(await made.ask({ to: "a", via: ["b", "a"] }, ask)).toBe("a a b b a");
  await made.close();
});

function later(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
