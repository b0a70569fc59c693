import type { PoolLoad } from "../../pools/contenders.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { openCounted } from "./counted.ts";

const IN_FLIGHT = 16;
const BYTES = 1_048_576;

/** 16 callers send a buffer of 1 MiB and get it back with another first byte. Units: calls per second. */
export function buffers(work: "move" | "stamp"): PoolLoad {
  return async (open, { warmUpMs, timedMs }) => {
    const { call, mustHaveRun } = await openCounted(open, work, 1);
    const callFor = async (forMs: number): Promise<{ readonly calls: number; readonly tookMs: number }> => {
      let calls = 0;
      const startedMs = performance.now();
      const caller = async (): Promise<void> => {
        let bytes = new Uint8Array(BYTES);
        do {
          const expected = ((bytes[0] as number) + 1) & 0xff;
          bytes = (await call(bytes)) as Uint8Array<ArrayBuffer>;
          mustEqual("bytes that came back", BYTES, bytes.byteLength);
          mustEqual("first byte", expected, bytes[0] as number);
          calls++;
        } while (performance.now() - startedMs < forMs);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
      return { calls, tookMs: performance.now() - startedMs };
    };
    const first = await callFor(0);
    const warm = await callFor(warmUpMs * 2);
    collectGarbage();
    const timed = await callFor(timedMs * 4);
    mustHaveRun(first.calls + warm.calls + timed.calls);
    return (timed.calls / timed.tookMs) * 1_000;
  };
}
