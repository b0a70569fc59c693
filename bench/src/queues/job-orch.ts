import { job, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

/** Ours: a processor over the memory transport, with its defaults but for the concurrency. */
export const openJobOrch: OpenQueue = async <Payload>(work: NoOp<Payload>, held = false) => {
  const noOp = job<Payload, number>()({ name: "no-op", run: work });
  const hosted = processor(noOp, { transport: memory(), concurrency: CONCURRENCY });
  const running = held ? undefined : start(hosted);
  return {
    call: (payload: Payload) => hosted.call(payload),
    post: (payload: Payload) => hosted.send(payload),
    close: async () => {
      await hosted.close();
      await running?.ended;
    },
  };
};
