import { isDeepStrictEqual } from "node:util";
import type { PoolLoad } from "../../pools/contenders.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { order } from "../order.ts";
import { openCounted } from "./counted.ts";

const CALLERS = 1_000;
const LOOK_EVERY = 64;

export interface Identified {
  readonly id: string;
}

/** 1,000 callers get their own value back, one call after another. Units: calls per second. */
export function echoes(bytes: number, valueOf: (caller: number) => Identified): PoolLoad {
  return async (open, { warmUpMs, timedMs }) => {
    const values = Array.from({ length: CALLERS }, (_, caller) => valueOf(caller));
    for (const value of values) mustEqual("bytes of the value as JSON", bytes, Buffer.byteLength(JSON.stringify(value)));
    const { call, mustHaveRun } = await openCounted(open, "echo", 1);
    const callFor = async (forMs: number): Promise<{ readonly calls: number; readonly tookMs: number }> => {
      let calls = 0;
      let over = false;
      const startedMs = performance.now();
      const caller = async (value: Identified): Promise<void> => {
        while (!over) {
          const response = (await call(value)) as Identified;
          if (response === value || response.id !== value.id) mustEqual("responses that were the request's own", 1, 0);
          if (++calls % LOOK_EVERY === 0) over = performance.now() - startedMs >= forMs;
        }
      };
      await Promise.all(values.map(caller));
      return { calls, tookMs: performance.now() - startedMs };
    };
    const first = await callFor(0);
    const warm = await callFor(warmUpMs * 2);
    const looked = await Promise.all(values.map(async (value) => isDeepStrictEqual(await call(value), value)));
    mustEqual("values that came back as they were", CALLERS, looked.filter(Boolean).length);
    collectGarbage();
    const timed = await callFor(timedMs * 2);
    mustHaveRun(first.calls + warm.calls + CALLERS + timed.calls);
    return (timed.calls / timed.tookMs) * 1_000;
  };
}

/** 100 bytes as JSON. */
export function note(caller: number): Identified {
  const value = { id: `note-${1_000 + caller}`, at: 1_763_631_667_250, read: caller % 2 === 0, text: "" };
  return {
    ...value,
    text: "Milk, bread and butter, please. "
      .slice(0, 100 - Buffer.byteLength(JSON.stringify(value)))
      .padEnd(100 - JSON.stringify(value).length, "."),
  } as Identified;
}

export { order };
