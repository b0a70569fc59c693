import { channel } from "node:diagnostics_channel";
import { isPromise } from "@job-orch/core/substrate";
import { OptionError } from "@job-orch/core";
import type { ExitClass } from "../policy/exit-class.ts";

/** Whom an event is about. `supervisor`: its path from the outermost one, as in `main/imports`. */
export interface ChildEvent {
  readonly supervisor: string;
  readonly child: string;
}

/** What happens to supervised children. A listener that throws changes nothing. */
export interface SupervisorEvents {
  readonly started: ChildEvent & { readonly incarnation: number };
  readonly exited: ChildEvent & { readonly incarnation: number; readonly exitClass: ExitClass; readonly error: unknown };
  /** It will be started again. Units: `delayMs` milliseconds from now; `Infinity`: after another start has ended. */
  readonly restarting: ChildEvent & { readonly delayMs: number; readonly failures: number };
  /** It did not end in its time and was left behind: it may still run. */
  readonly abandoned: ChildEvent & { readonly incarnation: number };
  readonly crashLooping: { readonly supervisor: string; readonly child: string; readonly error: unknown };
  readonly recovered: { readonly supervisor: string };
  readonly escalated: { readonly supervisor: string; readonly error: Error };
  /** Everything that should be up is up, or no longer is. */
  readonly readiness: { readonly ready: boolean };
  readonly stopping: { readonly signal: NodeJS.Signals | undefined };
  /** A hook or a resource did not end well. */
  readonly failed: { readonly what: string; readonly error: unknown };
  readonly stopped: { readonly exitCode: number; readonly forced: boolean };
}

type Listener = (event: never) => unknown;

/** Publishes every event as `{ name, …event }`; free while nobody subscribes. */
const hook = channel("job-orch:supervisor");

export class SupervisorEmitter {
  readonly #listeners = new Map<keyof SupervisorEvents, Set<Listener>>();

  readonly on = <Name extends keyof SupervisorEvents>(name: Name, listener: (event: SupervisorEvents[Name]) => void): (() => void) => {
    if (typeof listener !== "function") throw new OptionError(`A listener of "${String(name)}" is a function`);
    const own: Listener = (event: SupervisorEvents[Name]) => listener(event); // the same function may listen twice
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    return () => void listeners.delete(own);
  };

  emit<Name extends keyof SupervisorEvents>(name: Name, event: SupervisorEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      // A listener's failure is its own: what becomes of a child must not depend on who watches.
      try {
        const returned = listener(event as never);
        if (isPromise(returned)) returned.then(undefined, () => undefined);
      } catch {}
    }
    if (hook.hasSubscribers) hook.publish({ name, ...event });
  }
}
