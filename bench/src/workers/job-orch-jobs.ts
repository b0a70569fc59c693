import { job } from "@job-orch/core";
import { echo, noOp, type Numbered, type Spin, spin, stamp } from "./work.ts";

/** The work of every pool under test, as jobs. */
export const jobs = {
  noOp: job<Numbered, number>()({ name: "noOp", run: noOp }),
  echo: job<unknown, unknown>()({ name: "echo", run: echo }),
  spin: job<Spin, number>()({ name: "spin", run: spin }),
  stamp: job<Uint8Array, Uint8Array>()({ name: "stamp", run: stamp }),
} as const;
