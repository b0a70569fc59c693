import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import {
  defineJob, type GetCache, type InputOf, job, type NameOf, OptionError, type RequestOf, type ResourcesOf, type ResponseOf, type Run, type RunContext, ValidationError,
} from "../src/index.ts"; // prettier-ignore
import { validate } from "../src/job/validate.ts";

interface Browser {
  readonly open: (url: string) => Promise<Uint8Array>;
}

const resize = defineJob({
  name: "resize",
  request: z.object({ url: z.string(), width: z.coerce.number().default(200) }),
  response: z.object({ bytes: z.number().transform(String) }),
  run: async ({ url, width }, browser: Browser, context) => {
    expectTypeOf(width).toEqualTypeOf<number>();
    expectTypeOf(context).toEqualTypeOf<RunContext>();
    return { bytes: (await browser.open(url)).byteLength + width };
  },
});

describe("the types of a job", () => {
  it("are the schemas': input at the sender, output in run, and the other way round for the response", () => {
    expectTypeOf<InputOf<typeof resize>>().toEqualTypeOf<{ url: string; width?: unknown }>();
    expectTypeOf<RequestOf<typeof resize>>().toEqualTypeOf<{ url: string; width: number }>();
    expectTypeOf<ResponseOf<typeof resize>>().toEqualTypeOf<{ bytes: string }>();
    expectTypeOf<ResourcesOf<typeof resize>>().toEqualTypeOf<Browser>();
    expectTypeOf<NameOf<typeof resize>>().toEqualTypeOf<"resize">();
    expectTypeOf(resize).toExtend<Run<{ url: string; width: number }, { bytes: number }, Browser>>();
  });

  it("come from run where there is no schema", () => {
    const half = defineJob({ name: "half", request: z.number(), run: (n) => ({ half: n / 2 }) });
    expectTypeOf<InputOf<typeof half>>().toEqualTypeOf<number>();
    expectTypeOf<ResponseOf<typeof half>>().toEqualTypeOf<{ half: number }>();
    expectTypeOf<ResourcesOf<typeof half>>().toEqualTypeOf<void>();
    const later = defineJob({ name: "later", request: z.number(), run: async (n) => String(n) });
    expectTypeOf<ResponseOf<typeof later>>().toEqualTypeOf<string>();
    const shout = defineJob({ name: "shout", response: z.string(), run: (text: string) => text.toUpperCase() });
    expectTypeOf<InputOf<typeof shout>>().toEqualTypeOf<string>();
    expectTypeOf<ResponseOf<typeof shout>>().toEqualTypeOf<string>();
    const plain = defineJob({ name: "plain", run: async ({ a }: { a: number }, pool: Browser) => [a, pool] as const });
    expectTypeOf<InputOf<typeof plain>>().toEqualTypeOf<{ a: number }>();
    expectTypeOf<ResponseOf<typeof plain>>().toEqualTypeOf<readonly [number, Browser]>();
    expectTypeOf<ResourcesOf<typeof plain>>().toEqualTypeOf<Browser>();
  });

  it("are given where job<…>() is used", () => {
    const square = job<number, bigint, Browser>()({ name: "square", run: (n) => BigInt(n * n) });
    expectTypeOf<InputOf<typeof square>>().toEqualTypeOf<number>();
    expectTypeOf<ResponseOf<typeof square>>().toEqualTypeOf<bigint>();
    expectTypeOf<ResourcesOf<typeof square>>().toEqualTypeOf<Browser>();
    expectTypeOf<NameOf<typeof square>>().toEqualTypeOf<"square">();
    // @ts-expect-error: run answers text where a number was promised
    job<number, number>()({ name: "square", run: (n) => String(n) });
  });

  it("keep resources that run does not look at", () => {
    const idle = defineJob({ name: "idle", request: z.string(), run: (thing, _resources, { attempt }) => `${thing} ${attempt}` });
    expectTypeOf<ResourcesOf<typeof idle>>().toEqualTypeOf<void>();
  });

  it("hold for valibot and arktype", () => {
    const valibot = defineJob({
      name: "valibot",
      request: v.object({ at: v.pipe(v.string(), v.transform((text) => new Date(text))) }),
      response: v.nullish(v.number(), 7),
      run: ({ at }) => (at.getTime() > 0 ? at.getTime() : null),
    }); // prettier-ignore
    expectTypeOf<InputOf<typeof valibot>>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<RequestOf<typeof valibot>>().toEqualTypeOf<{ at: Date }>();
    expectTypeOf<ResponseOf<typeof valibot>>().toEqualTypeOf<number>();
    const arktype = defineJob({
      name: "arktype",
      request: type({ n: "string.numeric.parse" }),
      response: type("number"),
      run: ({ n }) => n,
    });
    expectTypeOf<InputOf<typeof arktype>>().toEqualTypeOf<{ n: string }>();
    expectTypeOf<RequestOf<typeof arktype>>().toEqualTypeOf<{ n: number }>();
    expectTypeOf<ResponseOf<typeof arktype>>().toEqualTypeOf<number>();
  });

  it("are checked", () => {
    // @ts-expect-error: run answers text where the schema wants a number
    defineJob({ name: "a", request: z.number(), response: z.number(), run: (n) => String(n) });
    // @ts-expect-error: the same, later
    defineJob({ name: "a", request: z.number(), response: z.number(), run: async (n) => String(n) });
    // @ts-expect-error: run wants another request than the schema gives
    defineJob({ name: "a", request: z.number(), run: (text: string) => text });
    // @ts-expect-error: the cache answers otherwise than run
    defineJob({ name: "a", request: z.number(), response: z.number(), run: (n) => n, getCache: () => ({ response: "text" }) });
    // @ts-expect-error: no field of this name
    defineJob({ name: "a", request: z.object({ url: z.string() }), run: ({ uri }) => String(uri) });
    // @ts-expect-error: not a schema
    expect(() => defineJob({ name: "a", request: String, run: () => 1 })).toThrow(OptionError);
    // @ts-expect-error: not classes of errors
    expect(() => defineJob({ name: "a", request: z.number(), errors: [Date], run: () => 1 })).toThrow(OptionError);
  });

  it("include the cache's", () => {
    const known = defineJob({
      name: "known",
      request: z.number(),
      run: (n, pool: Map<number, string>) => pool.get(n) ?? "none",
      getCache: (n, pool) => (pool.has(n) ? { response: pool.get(n) ?? "" } : undefined),
    });
    expectTypeOf<ResourcesOf<typeof known>>().toEqualTypeOf<Map<number, string>>();
    expectTypeOf<{ getCache: NonNullable<(typeof known)["getCache"]> }>().toExtend<GetCache<number, string, Map<number, string>>>();
  });
});

describe("defineJob", () => {
  it("leaves what it is given as it is", () => {
    const run = (n: number): number => n;
    const errors = [RangeError];
    expect(defineJob({ name: "a.b-c_D9", request: z.number(), version: 3, errors, run })).toMatchObject({
      name: "a.b-c_D9",
      version: 3,
      errors,
      run,
    });
  });

  it.each(["", "a b", "ä", "a/b", "a:b", "x".repeat(101), 7, undefined])("refuses the name %o", (name) => {
    expect(() => defineJob({ name: name as string, run: () => 1 })).toThrow(OptionError);
    expect(() => job<void, number>()({ name: name as string, run: () => 1 })).toThrow(OptionError);
  });

  it("says what is missing", () => {
    expect(() => defineJob({ name: "a", run: undefined as never })).toThrow('The job "a" has no run function');
    expect(() => defineJob({ name: "a", request: z.number(), run: () => 1, getCache: 1 as never })).toThrow(
      '"getCache" of the job "a" is not a function',
    );
    expect(() => defineJob({ name: "a", request: {} as never, run: () => 1 })).toThrow('"request" of the job "a" is not a Standard Schema');
  });
});

describe("validate", () => {
  const schemas = {
    zod: z.object({ items: z.array(z.object({ "odd key": z.string(), n: z.coerce.number() })) }),
    valibot: v.object({ items: v.array(v.object({ "odd key": v.string(), n: v.pipe(v.unknown(), v.transform(Number), v.number()) })) }),
    arktype: type({ items: type({ "odd key": "string", n: "string.numeric.parse | number" }).array() }),
  };
  const good = { items: [{ "odd key": "x", n: "5" }] };
  const bad = {
    items: [
      { "odd key": "x", n: 1 },
      { "odd key": 5, n: 1 },
    ],
  };

  it.each(Object.entries(schemas))("gives %s's output at once", (_, schema) => {
    expect(validate(schema, good, "The request")).toEqual({ items: [{ "odd key": "x", n: 5 }] });
  });

  it.each(Object.entries(schemas))("says where the value does not fit: %s", (_, schema) => {
    try {
      validate(schema, bad, 'The request of "a"');
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      expect(error.issues).toEqual([{ path: 'items[1]["odd key"]', message: expect.any(String) as string }]);
      expect(error.message).toMatch(/^The request of "a" does not fit its schema at items\[1\]\["odd key"\]: ./);
      expect(error).toMatchObject({ code: "ERR_VALIDATION", retry: "never" });
    }
  });

  it("waits for a schema that does", async () => {
    const later = z.string().refine(async (text) => Promise.resolve(text !== "no"), "said no");
    const answer = validate(later, "yes", "It");
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe("yes");
    await expect(validate(later, "no", "It")).rejects.toThrow("It does not fit its schema at the root: said no");
  });

  it("does not take an output with a `then` for a promise", () => {
    const thenable = (then: number): unknown => JSON.parse(`{"then":${then}}`);
    expect(validate(z.looseObject({}), thenable(1), "It")).toEqual(thenable(1));
  });

  it("names the first issues of a value that has thousands", () => {
    try {
      validate(
        z.array(z.string()),
        Array.from({ length: 5_000 }, (_, index) => index),
        "It",
      );
      expect.unreachable();
    } catch (error) {
      expect((error as ValidationError).issues).toHaveLength(32);
      expect((error as ValidationError).issues[31]?.path).toBe("[31]");
    }
  });
});
