import { type Codec, type ProcessorOptions, type RunContext } from "@job-orch/core";
import type { AnyProcessor } from "../clauses/api/host.ts";
import { type Core, realCore } from "../core.ts";
import type { Harness } from "../harness.ts";
import { referenceHarness } from "../reference/reference-harness.ts";
import { altered } from "../altered.ts";
import type { Mutant } from "./mutant.ts";

type Run = (request: unknown, resources: unknown, context: RunContext) => unknown;

/** What a sabotaged layer sees of a job. */
export interface SeenJob {
  readonly name: string;
  readonly run: Run;
  readonly getCache?: Run | undefined;
  readonly [member: string]: unknown;
}

/** How a layer above the seam is broken. */
export interface Sabotage {
  readonly job?: (job: SeenJob) => Partial<SeenJob>;
  readonly options?: (options: ProcessorOptions) => Partial<ProcessorOptions>;
  readonly hosted?: (hosted: AnyProcessor) => Partial<AnyProcessor>;
  readonly harness?: () => Harness;
}

/** A mutant of the layer above the seam, over a sound transport. */
export function sabotage(name: string, breaks: Mutant["breaks"], { job, options, hosted, harness = referenceHarness }: Sabotage): Mutant {
  const make = realCore.processor as unknown as (job: SeenJob, options: ProcessorOptions) => AnyProcessor;
  const processor = (given: SeenJob, own: ProcessorOptions): AnyProcessor => {
    const made = make({ ...given, ...job?.(given) }, { ...own, ...options?.(own) });
    return hosted === undefined ? made : altered(made, hosted(made));
  };
  return { name, breaks, make: harness, core: { ...realCore, processor: processor as unknown as Core["processor"] } };
}

/** A codec made of two functions on text. */
export function textCodec(encode: (value: unknown) => string, decode: (text: string) => unknown): Codec {
  return {
    name: "text",
    encode: (value) => new TextEncoder().encode(encode(value)),
    decode: (bytes) => decode(new TextDecoder().decode(bytes)),
  };
}
