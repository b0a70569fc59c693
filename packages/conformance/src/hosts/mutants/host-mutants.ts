import { carryingMutants } from "./carrying.ts";
import { endingMutants } from "./ending.ts";
import type { HostMutant } from "./host-mutant.ts";

/** Every sabotaged host. Each clause is failed by one of them. */
export const hostMutants: readonly HostMutant[] = [...carryingMutants, ...endingMutants];
