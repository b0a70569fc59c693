import { OptionError } from "@job-orch/core";
import { type Cap, CAPS } from "../protocol/ops.ts";

/** Where a worker finds its host. */
export type Where =
  | { readonly kind: "fd3" }
  | { readonly kind: "stdio" }
  | { readonly kind: "socket"; readonly address: string; readonly token: string };

/** What the host told a worker by its environment. */
export interface WorkerSettings {
  readonly where: Where;
  /** What the host can be sent beyond answers. */
  readonly offered: readonly Cap[];
  readonly concurrency: number;
  /** Whether every request is announced by itself, and its announcement has left before it begins; short ones may be announced together otherwise. */
  readonly acksEach: boolean;
}

const MOST_CONCURRENCY = 10_000;

/**
 * Reads the variables that a host sets; `undefined` when a person started the program.
 *
 * Errors: `ERR_OPTION` for values that no host sets.
 * Source: docs/protocol.md, "How a worker is started"
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): WorkerSettings | undefined {
  if (env["LJP"] !== "1") return undefined;
  const offered = (env["LJP_CAPS"] ?? "").split(",");
  const concurrency = Number(env["LJP_CONCURRENCY"] ?? 1);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_CONCURRENCY) {
    throw new OptionError(`LJP_CONCURRENCY takes a whole number from 1 to ${MOST_CONCURRENCY}`);
  }
  return { where: readWhere(env), offered: CAPS.filter((cap) => offered.includes(cap)), concurrency, acksEach: env["LJP_ACKS"] === "each" };
}

function readWhere(env: Readonly<Record<string, string | undefined>>): Where {
  const address = env["LJP_ADDR"];
  if (address !== undefined) return { kind: "socket", address, token: env["LJP_TOKEN"] ?? "" };
  const transport = env["LJP_TRANSPORT"] ?? "fd3";
  if (transport === "fd3" || transport === "stdio") return { kind: transport };
  throw new OptionError('LJP_TRANSPORT is "fd3" or "stdio"; a worker that dials in has LJP_ADDR and LJP_TOKEN instead');
}
