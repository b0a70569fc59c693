import type { ChannelSpec } from "../transport/channel-spec.ts";

/** The three channels of a processor. */
export interface ProcessorChannels {
  readonly requests: ChannelSpec;
  readonly responses: ChannelSpec;
  /** Tells whoever works on the processor's requests to cancel one. */
  readonly control: ChannelSpec;
}

export function channelsOf(processor: string): ProcessorChannels {
  return {
    requests: { name: processor, mode: "work" },
    responses: { name: `${processor}.responses`, mode: "broadcast" },
    control: { name: `${processor}.control`, mode: "broadcast" },
  };
}
