import type { Engine } from "../processor/engine.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import type { AnyPart } from "./part.ts";

/** What a pipeline is made of, for those that take it up: kept beside it so that its public face has only what users need. */
interface Parts {
  readonly parts: readonly AnyPart[];
  readonly entry: Engine;
  readonly responses: ChannelSpec;
}

const made = new WeakMap<object, Parts>();

export function remember(pipeline: object, parts: Parts): void {
  made.set(pipeline, parts);
}

export function partsOf(stage: object): readonly AnyPart[] | undefined {
  return made.get(stage)?.parts;
}

export function responsesOf(stage: object): Parts | undefined {
  return made.get(stage);
}
