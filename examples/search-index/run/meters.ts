import type { SearchPipeline, StageName } from "./pipeline.ts";
import { STAGES } from "./pipeline.ts";
import { StageMeter } from "./stage-meter.ts";

export type Meters = Readonly<Record<StageName, StageMeter>>;

/** Listens to the stages of a pipeline. */
export function metersOf({ pipeline }: SearchPipeline): Meters {
  const meters: Record<string, StageMeter> = Object.fromEntries(STAGES.map((stage) => [stage, new StageMeter()]));
  pipeline.on("started", ({ processor, id }) => meters[processor]?.start(id));
  pipeline.on("succeeded", ({ processor, id }) => meters[processor]?.end(id, "succeeded"));
  pipeline.on("retried", ({ processor, id }) => meters[processor]?.end(id, "retried"));
  pipeline.on("dead", ({ processor, id }) => meters[processor]?.end(id, "dead"));
  pipeline.on("handedBack", ({ processor, id }) => meters[processor]?.end(id, undefined));
  pipeline.on("cached", ({ processor }) => {
    const meter = meters[processor];
    if (meter !== undefined) meter.cached++;
  });
  return meters as Meters;
}
