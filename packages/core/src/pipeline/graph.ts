import { OptionError } from "../errors/errors.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
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
import { partsOf, responsesOf } from "./pipeline-parts.ts";
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
  readonly #end: Destination;
  readonly #responses: ChannelSpec;

  constructor(name: string, parts: readonly AnyPart[], onError: AnyStage | undefined) {
    this.#name = name;
    this.#parts = parts;
    this.#onError = onError;
    this.#entry = firstEngine(parts);
    this.#responses = { name: `${name}.responses`, mode: "broadcast" };
    this.#exit = exitOf(this.#entry, this.#responses);
    this.#end = { address: ({ id, value, headers }) => this.#exit.leave(id, { ok: true, value }, headers, undefined) };
  }

  build(): Graph {
    const [first, ...rest] = this.#parts;
    if (first === undefined) throw new OptionError("pipe() needs at least one processor");
    let firstLink: ChannelSpec | undefined;
    if (isStep(first)) {
      if (!isMerged(first)) throw new OptionError(`A pipeline begins with a processor or merge(…), not with ${first.operator}(…)`);
      this.#listen(first, rest);
    } else {
      this.#attach([first, ...rest], [], this.#end);
      firstLink = this.#links.at(-1)?.channel; // joined from the last part to the first, so the first stage's link came last
    }
    return { entry: this.#entry, engines: this.#engines, links: this.#links, firstLink, responses: this.#responses };
  }

  /** Joins parts from the last to the first: each needs to know where its responses go. */
  #attach(parts: readonly AnyPart[], after: readonly Step[], end: Destination): Destination {
    let steps = after;
    let destination = end;
    for (const part of parts.toReversed()) {
      if (isBranches(part)) destination = this.#fork(part, steps, destination);
      else if (isStep(part)) {
        steps = [(part as unknown as Operator<never, unknown>).step, ...steps];
        continue;
      } else destination = this.#stage(part, steps, destination);
      steps = [];
    }
    if (steps.length > 0) throw new OptionError("A pipeline begins with a processor, not with an operator");
    return destination;
  }

  #stage(stage: AnyStage, steps: readonly Step[], to: Destination): Destination {
    const inner = partsOf(stage);
    if (inner !== undefined) return this.#attach(inner, steps, to);
    const engine = this.#engine(stage);
    const channel: ChannelSpec = { name: this.#channelName(engine.name), mode: "work" };
    this.#link({ from: engine, channel, steps, to });
    return stageDestination(engine, channel);
  }

  #fork(branches: Branches<never, unknown>, steps: readonly Step[], to: Destination): Destination {
    const entries = branches.stages.map((stage) => this.#stage(stage, steps, to));
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

  #listen(merged: Merged<unknown>, rest: readonly AnyPart[]): void {
    let steps: readonly Step[] = [];
    let tail = rest;
    while (tail[0] !== undefined && isStep(tail[0]) && !isBranches(tail[0])) {
      steps = [...steps, (tail[0] as unknown as Operator<never, unknown>).step];
      tail = tail.slice(1);
    }
    const to = tail.length === 0 ? this.#end : this.#attach(tail, [], this.#end);
    for (const source of merged.sources) {
      const piped = responsesOf(source);
      const from = piped?.entry ?? this.#engine(source, false);
      this.#link({ from, channel: piped?.responses ?? from.channels.responses, group: `pipe.${this.#name}`, steps, to });
    }
  }

  #link(options: Pick<LinkOptions, "from" | "channel" | "group" | "steps" | "to">): void {
    const { from, steps } = options;
    const { clock } = this.#entry.settings.environment;
    const batch = steps.find((step) => step.kind === "batch");
    // The links behind a fork have the same steps, the very same list: they gather together.
    const gatherer = batch === undefined ? undefined : (this.#gatherers.get(steps) ?? new Gatherer({ ...batch, clock }));
    if (gatherer !== undefined) this.#gatherers.set(steps, gatherer);
    this.#links.push(new Link({ ...options, gatherer, pipeline: this.#name, exit: this.#exit, onError: this.#errorBranch(from) }));
  }

  #errorDestination: Destination | undefined;

  #errorBranch(from: Engine): Destination | undefined {
    const branch = this.#onError;
    if (branch === undefined || engineOf(branch) === from) return undefined;
    if (this.#errorDestination === undefined) {
      const engine = this.#engine(branch);
      const channel: ChannelSpec = { name: this.#channelName(engine.name), mode: "work" };
      this.#links.push(new Link({ from: engine, channel, steps: [], gatherer: undefined, to: this.#end, pipeline: this.#name, exit: this.#exit, onError: undefined }));
      this.#errorDestination = stageDestination(engine, channel);
    }
    const to = this.#errorDestination;
    return { address: (passage, at): Awaitable<readonly Outgoing[]> => to.address({ ...passage, value: toFailure(passage, at) }, at) };
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
    if (inner !== undefined) return firstEngine(inner);
    const engine = engineOf(part);
    if (engine !== undefined) return engine;
  }
  throw new OptionError("A pipeline begins with a processor made by processor(…): its transport is where the pipeline's callers are");
}

/** What an `onError` branch is given. */
export interface StageFailure {
  readonly stage: string;
  readonly id: string;
  readonly error: { readonly name: string; readonly message: string; readonly code: string | undefined };
}

function toFailure({ id, value }: Passage, from: Engine): StageFailure {
  const error = value as Error & { readonly code?: unknown };
  const code = typeof error.code === "string" ? error.code : undefined;
  return { stage: from.name, id, error: { name: error.name, message: error.message, code } };
}
