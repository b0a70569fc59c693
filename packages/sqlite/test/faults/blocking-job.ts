import { job, processor, type HostedProcessor } from "@job-orch/core";
import { sqlite, type SqliteTransport } from "@job-orch/sqlite";
import { appendFileSync } from "node:fs";

/** A job that leaves a line in a file, says that it has begun, and keeps its event loop busy for so long. */
export function blockingJob(
  file: string,
  effects: string,
  durationMs: number,
  begun: () => void,
): { readonly transport: SqliteTransport; readonly blocking: HostedProcessor<string, string, void, SqliteTransport> } {
  const transport = sqlite(file);
  const blocking = processor(
    job<string, string>()({
      name: "blocking",
      run: async (by, _resources, { attempt }) => {
        appendFileSync(effects, `${process.pid} ${attempt}\n`);
        begun();
        await new Promise((resolve) => setTimeout(resolve, 50)); // until that is on its way
        const endMs = performance.now() + durationMs;
        while (performance.now() < endMs);
        return `${by}: done`;
      },
    }),
    { transport, concurrency: 1 },
  );
  return { transport, blocking };
}
