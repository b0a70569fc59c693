import { defineJob } from "@job-orch/core";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, Pool } from "../../src/index.ts";

test.for([{ signal: {} }, { timeoutMs: 0 }, { timeoutMs: "soon" }, { deadline: null }, { deadline: 5n }])(
  "a call with %o is refused for it, whatever its schema or its cache comes to later",
  async (options) => {
    const none = { issues: [{ message: "it is none" }] };
    const later = { "~standard": { version: 1 as const, vendor: "test", validate: async () => none as never } };
    const picky = defineJob({ name: "picky", request: later, run: (value: unknown) => value, getCache: () => undefined });
    const pool = new Pool({ name: "picky", options: { size: 1 }, factory: inlineFactory([picky]) });
    await using hosted = hostJob(picky, pool, () => undefined, true);
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on("unhandledRejection", note);
    const refused = { code: "ERR_OPTION" };
    await expect(hosted.call(1, options as never)).rejects.toMatchObject(refused);
    await expect(hosted.send(1, options as never)).rejects.toMatchObject(refused);
    await new Promise((resolve) => void setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  },
);
