import { OptionError } from "@job-orch/core";

/** Units: elements that were left. */
export function targetTooShort(room: number): OptionError {
  return new OptionError(
    `into() was given an array with room for ${room} more, and more than that came out of the stages; give it a longer one`,
  );
}
