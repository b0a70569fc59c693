import { BusyError } from "@job-orch/core";
import { oneOf } from "@job-orch/core/substrate";

/** What an operator does when it holds as much as it may: makes room by the means that its options name, or fails with `ERR_BUSY`. */
export type Full<Means extends string> = Means | "fail";

export function checkFull<Means extends string>(name: string, full: Full<Means>, means: Means): boolean {
  return oneOf<string>(`${name}.full`, full, [means, "fail"]) === "fail";
}

export function tooMany(operator: string, what: string, most: number): BusyError {
  return new BusyError(operator, `${most} ${what} are held; raise the bound, or let it make room with the other value of "full"`);
}
