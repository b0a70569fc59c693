import { OptionError, UnsupportedError } from "../errors/errors.ts";
import { Engine } from "../processor/engine.ts";
import { engineOf } from "../processor/processor.ts";
import { remote } from "../processor/remote.ts";
import type { ChannelSpec } from "../transport/channel-spec.ts";
import { type Branches, isBranches, isMerged, type Merged } from "./branches.ts";
import type { Destination, Exit, Outgoing, Passage } from "./destination.ts";
import { exit as exitOf } from "./exit.ts";
import { Gatherer } from "./gatherer.ts";
import { Link, type LinkOptions } from "./link.ts";
import type { Operator, Step } from "./operator.ts";
import type { AnyPart, AnyStage } from "./part.ts";
import { partsOf } from "./pipeline-parts.ts";
import { stageDestination } from "./stage-destination.ts";

/** A pipeline, taken apart: its stages, the links between them, and where requests come in. */
export interface Graph {
  readonly entry: Engine;
  readonly engines: ReadonlySet<Engine>;
  readonly links: readonly Link[];
  /** Where the first stage's responses go; `undefined` when the pipeline begins with `merge` and takes no requests. */
  readonly firstLink: ChannelSpec | undefined;
  readonly responses: ChannelSpec;
}

/** How many requests a processor of someone else's takes at once, as a stage. */
const FOREIGN_CONCURRENCY = 64;

/** Where a pipeline that begins with `merge` would take requests. */
const NOWHERE: Destination = {
  address: () => {
    throw new UnsupportedError("A pipeline that begins with merge(…) takes no requests");
  },
};

export class GraphBuilder {
  readonly #name: string;
  readonly #parts: readonly AnyPart[];
  readonly #onError: AnyStage | undefined;
  readonly #engines = new Set<Engine>();
  readonly #links: Link[] = [];
  readonly #names = new Map<string, number>();
  readonly #gatherers = new Map<readonly Step[], Gatherer>();
  readonly #foreign = new Map<AnyStage, Engine>();
  readonly #entry: Engine;
  readonly #exit: Exit;
  readonly #responses: ChannelSpec;

  constructor(name: string, parts: readonly AnyPart[], onError: AnyStage | undefined) {
    this.#name = name;
    this.#parts = parts;
    this.#onError = onError;
    this.#entry = firstEngine(parts);
    this.#responses = { name: `pipe.${name}:responses`, mode: "broadcast" };
    this.#exit = exitOf(this.#entry, this.#responses);
  }

  build(): Graph {
    const end: Destination = {
      address: ({ id, value, headers, apart }, from) =>
        this.#exit.leave(id, { ok: true, value }, headers, undefined, apart === true ? undefined : from),
    };
    const entry = this.#attach(this.#parts, [], end, this.#errorBranch(this.#onError, [], end));
    // Joined from the last part to the first, so the first stage's link came last.
    const firstLink = entry === NOWHERE ? undefined : this.#links.at(-1)?.channel;
    return { entry: this.#entry, engines: this.#engines, links: this.#links, firstLink, responses: this.#responses };
  }

  /** Joins parts from the last to the first: each needs to know where its responses go, and where its errors. */
  #attach(parts: readonly AnyPart[], after: readonly Step[], end: Destination, onError: Destination | undefined): Destination {
    let steps = after;
    let destination = end;
    for (const [place, part] of [...parts.entries()].toReversed()) {
      if (isStep(part) && !isBranches(part) && !isMerged(part)) {
        steps = [(part as unknown as Operator<never, unknown>).step, ...steps];
        continue;
      }
      if (isMerged(part)) {
        if (place > 0) throw new OptionError("merge(…) has no requests: it stands first in a pipeline");
        destination = this.#listen(part, steps, destination, onError);
      } else if (isBranches(part)) destination = this.#fork(part, steps, destination, onError);
      else destination = this.#stage(part as AnyStage, steps, destination, onError);
      steps = [];
    }
    if (steps !== after && steps.length > 0) throw new OptionError("A pipeline begins with a processor or merge(…), not with an operator");
    return destination;
  }

  #stage(stage: AnyStage, steps: readonly Step[], to: Destination, onError: Destination | undefined): Destination {
    const inner = partsOf(stage);
    // What an inner pipeline's own branch answers goes on as its response.
    if (inner !== undefined) return this.#attach(inner.parts, steps, to, this.#errorBranch(inner.onError, steps, to) ?? onError);
    const engine = this.#engine(stage);
    const channel: ChannelSpec = { name: this.#channelName(engine.name), mode: "work" };
    this.#link({ from: engine, channel, steps, to, onError });
    return stageDestination(engine, channel);
  }

  #fork(branches: Branches<never, unknown>, steps: readonly Step[], to: Destination, onError: Destination | undefined): Destination {
    const entries = branches.stages.map((stage) => this.#stage(stage, steps, to, onError));
    return {
      address: async (passage, from) => {
        const outgoing: Outgoing[] = [];
        for (const place of branches.choose(passage.value)) {
          const entry = entries[place];
          const own: Passage = branches.many ? { ...passage, id: `${passage.id}.${place}` } : passage;
          if (entry !== undefined) outgoing.push(...(await entry.address(own, from)));
        }
        return outgoing;
      },
    };
  }

  #listen(merged: Merged<unknown>, steps: readonly Step[], to: Destination, onError: Destination | undefined): Destination {
    for (const source of merged.sources) {
      const piped = partsOf(source);
      const from = piped?.entry ?? this.#engine(source, false);
      this.#link({ from, channel: piped?.responses ?? from.channels.responses, group: `pipe.${this.#name}`, steps, to, onError });
    }
    return NOWHERE;
  }

  #link(options: Pick<LinkOptions, "from" | "channel" | "group" | "steps" | "to" | "onError">): void {
    this.#links.push(new Link({ ...options, gatherer: this.#gatherer(options.steps), pipeline: this.#name, exit: this.#exit }));
  }

  /** The links behind a fork have the same steps, the very same list: they gather together. */
  #gatherer(steps: readonly Step[]): Gatherer | undefined {
    const [batch, another] = steps.filter((step) => step.kind === "batch");
    if (batch === undefined) return undefined;
    if (another !== undefined)
      throw new OptionError("Only one batch(…) fits between two stages: batches of batches need a stage in between");
    const known = this.#gatherers.get(steps) ?? new Gatherer({ ...batch, clock: this.#entry.settings.environment.clock });
    this.#gatherers.set(steps, known);
    return known;
  }

  /** A failure of the branch itself leaves the pipeline: it has no branch of its own. */
  #errorBranch(branch: AnyStage | undefined, steps: readonly Step[], to: Destination): Destination | undefined {
    return branch === undefined ? undefined : this.#stage(branch, steps, to, undefined);
  }

  #engine(stage: AnyStage, hosted = true): Engine {
    const engine = engineOf(stage) ?? this.#foreign.get(stage) ?? this.#adopt(stage);
    if (hosted) this.#engines.add(engine);
    return engine;
  }

  /** A processor that core did not make joins as a job that calls it, on the transport where the pipeline begins. */
  #adopt(stage: AnyStage): Engine {
    const engine = new Engine(remote(stage as never) as never, { transport: this.#entry.transport, concurrency: FOREIGN_CONCURRENCY });
    this.#foreign.set(stage, engine);
    return engine;
  }

  #channelName(stage: string): string {
    const count = (this.#names.get(stage) ?? 0) + 1;
    this.#names.set(stage, count);
    return `pipe.${this.#name}.${stage}${count === 1 ? "" : `.${count}`}`;
  }
}

function isStep(part: AnyPart): part is Exclude<AnyPart, AnyStage> {
  return "operator" in part;
}

function firstEngine(parts: readonly AnyPart[]): Engine {
  for (const part of parts) {
    if (isStep(part)) {
      if (isMerged(part)) return firstEngine(part.sources);
      continue;
    }
    const inner = partsOf(part);
    if (inner !== undefined) return firstEngine(inner.parts);
    const engine = engineOf(part);
    if (engine !== undefined) return engine;
  }
  throw new OptionError("A pipeline begins with a processor made by processor(…): its transport is where the pipeline's callers are");
}

export type { StageFailure } from "./stage-failure.ts";
