import type { WireError } from "../errors/wire-error.ts";

/** What an `onError` branch is given. */
export interface StageFailure {
  readonly stage: string;
  readonly id: string;
  readonly error: { readonly name: string; readonly message: string; readonly code: string | undefined };
}

export function toFailure(stage: string, id: string, { name, message, code }: WireError): StageFailure {
  return { stage, id, error: { name, message, code } };
}
