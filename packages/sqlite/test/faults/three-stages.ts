import { job, type Pipeline, pipe, processor } from "@job-orch/core";
import { sqlite, type SqliteTransport } from "@job-orch/sqlite";

export const STAGES = ["first", "second", "third"] as const;
export const SLOTS_PER_STAGE = 4;

/** Called when a stage's job runs, before it answers. */
export type OnRun = (stage: string, id: string, attempt: number) => Promise<void>;

/** Three stages that each add one, over one file. */
export function threeStages(
  file: string,
  onRun: OnRun,
): { readonly transport: SqliteTransport; readonly pipeline: Pipeline<number, number> } {
  const transport = sqlite(file);
  const [first, second, third] = STAGES.map((name) =>
    processor(
      job<number, number>()({
        name,
        run: async (n, _resources, { id, attempt }) => {
          await onRun(name, id, attempt);
          return n + 1;
        },
      }),
      { transport, concurrency: SLOTS_PER_STAGE, retry: { attempts: 1, crashes: 1_000_000 } },
    ),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error("there are three stages");
  return { transport, pipeline: pipe(first, second, third).named("three") };
}
