import { defineJob, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { z } from "zod";
import { CONCURRENCY, type NoOp, type OpenQueue, type Request } from "./queue.ts";

/** Ours with schemas on both ends. */
export const openJobOrchValidated: OpenQueue = async <Payload>(job: NoOp<Payload>) => {
  const noOp = defineJob({
    name: "no-op",
    request: z.object({ i: z.number().int().nonnegative() }),
    response: z.number(),
    run: (request: Request) => job(request as Payload),
  });
  const hosted = processor(noOp, { transport: memory(), concurrency: CONCURRENCY });
  const running = start(hosted);
  return {
    call: (payload: Payload) => hosted.call(payload as Payload & Request),
    post: (payload: Payload) => hosted.send(payload as Payload & Request),
    close: async () => {
      await hosted.close();
      await running.ended;
    },
  };
};
