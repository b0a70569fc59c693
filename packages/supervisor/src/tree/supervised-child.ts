import type { Clock } from "@job-orch/core";
import { ofFunction, ofStart, ofStartable, type Incarnation } from "./incarnation.ts";
import type { SupervisorSpec } from "./child-spec.ts";
import type { CheckedChild } from "./read-children.ts";

/** Makes the tree below a child. */
export type Nest = (id: string, spec: SupervisorSpec) => Nested;

/** `done`: it is not started again. */
export type Phase = "down" | "starting" | "up" | "stopping" | "done";

/** A child in its tree: what it is, and the life it is living now. */
export class SupervisedChild {
  readonly spec: CheckedChild;
  phase: Phase = "down";
  incarnation = 0;
  /** Whether it has been up in this run of the tree. */
  wasUp = false;
  life: Incarnation | undefined;
  /** While it is being stopped; `cutShort` ends its grace. */
  stopping: { readonly cutShort: AbortController; done: Promise<void> } | undefined;

  constructor(spec: CheckedChild) {
    this.spec = spec;
  }

  get id(): string {
    return this.spec.id;
  }

  get isUpOrDone(): boolean {
    return this.phase === "up" || this.phase === "done";
  }

  /** Of a supervisor, whether all below it is up as well. */
  get isWhole(): boolean {
    return this.life?.isWhole?.() ?? true;
  }

  get isLive(): boolean {
    return this.life !== undefined;
  }

  /** Begins its next life. */
  begin(clock: Clock, nest: Nest): Incarnation {
    this.incarnation++;
    this.phase = "starting";
    this.life = this.#live(clock, nest);
    return this.life;
  }

  #live(clock: Clock, nest: Nest): Incarnation {
    const { what, id } = this.spec;
    if ("children" in what) return ofNested(nest(id, what));
    if ("start" in what) return ofStart(id, what, this.incarnation, clock);
    return typeof what.run === "function" ? ofFunction(what.run, this.incarnation) : ofStartable(what.run);
  }
}

/** A tree below another one. */
export interface Nested {
  readonly up: Promise<void>;
  readonly isUp: boolean;
  readonly run: () => Promise<void>;
  readonly closeIntake: () => void;
  readonly stop: (graceMs: number) => void;
  readonly hurry: () => void;
}

function ofNested(tree: Nested): Incarnation {
  const ended = tree.run().then(
    () => ({ how: "returned", error: undefined }) as const,
    (error: unknown) => ({ how: "threw", error }) as const,
  );
  return { up: tree.up, ended, closeIntake: tree.closeIntake, stop: tree.stop, hurry: tree.hurry, isWhole: () => tree.isUp };
}
