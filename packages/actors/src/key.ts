import { OptionError } from "@job-orch/core";

/** Units: UTF-16 code units. */
const LONGEST_KEY = 1_024;

/** What the option `key` gave for a request. Errors: `ERR_OPTION`. */
export function checkedActorKey(name: string, key: unknown): string {
  if (typeof key === "string" && key.length > 0 && key.length <= LONGEST_KEY) return key;
  const what = typeof key === "string" ? `a string of ${key.length}` : typeof key;
  throw new OptionError(`The key of a request of ${name} is ${what}; it takes a string of 1 to ${LONGEST_KEY} characters`);
}
