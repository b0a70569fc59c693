import type { ExitClass } from "@job-orch/supervisor";
import { EventEmitter } from "eventemitter3";
import type { Exit } from "../worker-link.ts";

/** What every event about one worker says. */
export interface WorkerEvent {
  readonly pool: string;
  readonly place: number;
  readonly incarnation: number;
}

/** The life of a pool's workers. A listener that throws changes nothing. */
export interface PoolEvents {
  readonly workerStarting: WorkerEvent;
  readonly workerReady: WorkerEvent & { readonly tookMs: number };
  readonly workerExited: WorkerEvent & { readonly exitClass: ExitClass; readonly exit: Exit };
  /** It gets no new work and is ended when its neighbours' time is over. */
  readonly workerCondemned: WorkerEvent & { readonly why: string };
  /** A place stays empty for a while. Units: milliseconds. */
  readonly restartDelayed: { readonly pool: string; readonly place: number; readonly delayMs: number };
  readonly crashLooping: { readonly pool: string };
  readonly recovered: { readonly pool: string };
  /** Requests that one worker had not begun went to another. */
  readonly stolen: { readonly pool: string; readonly from: number; readonly to: number; readonly count: number };
  /** Somebody dialled in who is no worker of ours. Told once a minute per source. */
  readonly workerRefused: { readonly pool: string; readonly source: string; readonly why: string };
  /** A line that a worker wrote to its output, if those are asked for. */
  readonly workerOutput: WorkerEvent & { readonly stream: "stdout" | "stderr"; readonly line: string };
  /** A request runs alone, because its worker ended under it before. */
  readonly quarantined: { readonly pool: string; readonly id: string };
}

/** Typed events of a pool. */
export class PoolEmitter {
  readonly #emitter = new EventEmitter();

  on<Name extends keyof PoolEvents>(name: Name, listener: (event: PoolEvents[Name]) => void): () => void {
    const guarded = (event: PoolEvents[Name]): void => {
      try {
        listener(event);
      } catch {} // its failure is its own
    };
    this.#emitter.on(name, guarded);
    return () => void this.#emitter.off(name, guarded);
  }

  emit<Name extends keyof PoolEvents>(name: Name, event: PoolEvents[Name]): void {
    this.#emitter.emit(name, event);
  }
}

const POOL_EVENTS: Readonly<Record<keyof PoolEvents, true>> = {
  workerStarting: true,
  workerReady: true,
  workerExited: true,
  workerCondemned: true,
  restartDelayed: true,
  crashLooping: true,
  recovered: true,
  stolen: true,
  quarantined: true,
  workerOutput: true,
  workerRefused: true,
};

/** Whether it is an event of pools; the others are those of processors. */
export function isPoolEvent(name: string): name is keyof PoolEvents {
  return Object.hasOwn(POOL_EVENTS, name);
}
