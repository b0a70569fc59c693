import type { Audience } from "./audience.ts";
import type { Control, Inspect } from "./inspect.ts";
import type { Transport } from "./transport.ts";

/** Whether the transport lets one look into its store. */
export function canInspect(transport: Transport): transport is Transport & Inspect {
  return typeof transport === "object" && transport !== null && "depth" in transport && "list" in transport && "history" in transport;
}

/** Whether the transport lets one look into its store and act on it. */
export function canControl(transport: Transport): transport is Transport & Inspect & Control {
  return canInspect(transport) && "redrive" in transport && "remove" in transport && "pause" in transport && "cancel" in transport;
}

/** Whether the transport knows who listens to a broadcast. */
export function knowsAudience(transport: Transport): transport is Transport & Audience {
  return typeof transport === "object" && transport !== null && "hears" in transport;
}
