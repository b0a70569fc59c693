import type { Awaitable } from "@job-orch/core";
import type { ChunkResult } from "./chunk-result.ts";
import type { Flow } from "./flow.ts";

/** Hands each chunk on, until `use` says that it is enough, an error comes or all have come. Then the flow has ended. */
export async function eachChunk(flow: Flow, use: (result: ChunkResult) => Awaitable<boolean>): Promise<void> {
  try {
    for (let result = await flow.next(); result !== undefined; result = await flow.next()) {
      if (!(await use(result))) break;
      if (result.failure !== undefined) throw result.failure[0];
    }
  } catch (error) {
    await flow.stop().catch(() => undefined); // the first error is the one that counts
    throw error;
  }
  await flow.stop();
}
