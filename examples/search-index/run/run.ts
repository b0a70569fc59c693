import { type Running, start } from "@job-orch/core";
import type { TermHost } from "../hosts/term-host.ts";
import { RefusedFileError } from "../jobs/refused-file-error.ts";
import { type Meters, metersOf } from "./meters.ts";
import { type SearchPipeline, searchPipeline } from "./pipeline.ts";
import { type Progress, ProgressMaker } from "./progress.ts";
import { Sampler } from "./sampler.ts";
import { type Announcements, scan } from "./scan.ts";
import { Tally } from "./tally.ts";
import type { Workplace } from "./workplace.ts";

/** So many accidents are told; the others are in the store. */
const MOST_ACCIDENTS = 5;

/** The pipeline at work, and what is known of it. */
export class Run {
  readonly tally = new Tally();
  readonly meters: Meters;
  /** Dead letters that are not the fault of a file. */
  readonly accidents: string[] = [];
  readonly #workplace: Workplace;
  readonly #pipeline: SearchPipeline;
  readonly #sampler: Sampler;
  readonly #progress: ProgressMaker;
  readonly #running: Running;

  constructor(workplace: Workplace, host: Pick<TermHost, "count">) {
    this.#workplace = workplace;
    this.#pipeline = searchPipeline(workplace, this.tally, host);
    const { pipeline, gate } = this.#pipeline;
    this.meters = metersOf(this.#pipeline);
    pipeline.on("dead", ({ processor, error }) => {
      if (error instanceof RefusedFileError || this.accidents.length >= MOST_ACCIDENTS) return;
      this.accidents.push(`${processor}: ${error.message}`);
    });
    this.#progress = new ProgressMaker(this.meters, this.tally);
    this.#running = start(pipeline);
    this.#sampler = new Sampler(workplace.transport, (backlog) => {
      gate.update(backlog);
      this.#progress.note(backlog);
    });
  }

  progress(): Progress {
    return this.#progress.take();
  }

  /** Works until the index is true to the directory, or until the signal aborts. */
  async finish(directory: string, signal: AbortSignal, say: Omit<Announcements, "scanning">): Promise<void> {
    const { pipeline } = this.#pipeline;
    this.tally.begin(directory);
    const scanned = scan({
      directory,
      pipeline,
      sampler: this.#sampler,
      lock: this.#workplace.lock,
      signal,
      say: { ...say, scanning: () => this.tally.scanBegins() },
    });
    await Promise.race([scanned, this.#running.ended]);
  }

  /** Ends what is under way and lets go of the rest. */
  async close(): Promise<void> {
    await this.#running.stop();
    await this.#sampler.next().catch(() => undefined); // a store that cannot be read has been told of
    await this.#sampler.close();
    await this.#pipeline.close();
  }
}
