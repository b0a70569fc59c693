import * as core from "@job-orch/core";

/** The layer above the seam, as the `API` clauses use it; a sabotaged one shows that they would notice. */
export type Core = Pick<typeof core, "processor" | "sendReceive" | "pipe">;

export const realCore: Core = core;
