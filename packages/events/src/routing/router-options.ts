import type { OnTargetError } from "./target-options.ts";

export interface RouterOptions {
  /** How many subscriptions there may be. Range: integer 1 to 10,000,000. Default 100,000. */
  readonly maxRules?: number;
  /** Told of a target that threw, rejected, or was cut off (`ERR_CLOSED`); `failed` and `dropped` of its subscription count them too. */
  readonly onError?: OnTargetError;
}
