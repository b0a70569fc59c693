import type { Engine } from "../processor/engine.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { AnyPart, AnyStage } from "./part.ts";

/** What a pipeline is made of, for those that take it up: kept beside it so that its public face has only what users need. */
export interface PipelineParts {
  readonly parts: readonly AnyPart[];
  readonly onError: AnyStage | undefined;
  readonly entry: Engine;
  readonly responses: ChannelSpec;
}

const made = new WeakMap<object, PipelineParts>();

export function remember(pipeline: object, parts: PipelineParts): void {
  made.set(pipeline, parts);
}

/** The parts of a pipeline; `undefined` for any other stage. */
export function partsOf(stage: object): PipelineParts | undefined {
  return made.get(stage);
}
