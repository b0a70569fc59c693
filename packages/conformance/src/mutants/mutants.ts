import { asking } from "./asking.ts";
import { broadcasting } from "./broadcasting.ts";
import { carrying } from "./carrying.ts";
import { inspecting } from "./inspecting.ts";
import { leasing } from "./leasing.ts";
import type { Mutant } from "./mutant.ts";
import { optional } from "./options.ts";
import { receiving } from "./receiving.ts";
import { sending } from "./sending.ts";
import { settling } from "./settling.ts";
import { storing } from "./storing.ts";
import { working } from "./working.ts";

/** Transports that are broken on purpose: each must fail the clauses it breaks, and each clause is failed by one of them. */
export const mutants: readonly Mutant[] = [
  ...sending,
  ...receiving,
  ...broadcasting,
  ...settling,
  ...leasing,
  ...optional,
  ...storing,
  ...inspecting,
  ...carrying,
  ...working,
  ...asking,
];
