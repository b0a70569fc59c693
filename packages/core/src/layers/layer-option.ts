import { OptionError } from "../errors/errors.ts";

/** A layer's number in its range, or `ERR_OPTION`. */
export function layerOption(layer: string, option: string, value: number, least: number, whole = false): number {
  if (typeof value === "number" && value >= least && (!whole || Number.isInteger(value))) return value;
  throw new OptionError(`"${option}" of ${layer} is ${String(value)}; it takes a ${whole ? "whole " : ""}number from ${least}`);
}
