import type { Clause } from "../clause.ts";
import { controlling } from "./controlling.ts";
import { ending } from "./ending.ts";
import { framing } from "./framing.ts";
import { running } from "./running.ts";
import { starting } from "./starting.ts";
import { streaming } from "./streaming.ts";

/** Everything that a worker promises. Source: docs/protocol.md. */
export const workerClauses: readonly Clause[] = [...starting, ...running, ...framing, ...controlling, ...streaming, ...ending];
