import { Worker } from "node:worker_threads";
import type { HeartbeatData } from "./heartbeat.worker.ts";

const RESTART_MS = 1_000;

/** A thread that says for this process that it lives, whatever the event loop is busy with, and frees what the dead hold. */
export class Heartbeat {
  readonly #data: HeartbeatData;
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #up = false;
  #stopped = false;

  constructor(data: HeartbeatData) {
    this.#data = data;
    this.#start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref(); // its end is waited for
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    if (this.#up) worker.postMessage("stop");
    else await worker.terminate(); // it has not opened the file yet
    await this.#exited;
  }

  #start(): void {
    // As a source file when run unbuilt, as JavaScript when built.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const worker = new Worker(new URL(`./heartbeat.worker${extension}`, import.meta.url), {
      name: "job-orch-heartbeat",
      workerData: this.#data,
      execArgv: [], // the application's preloads have no business here
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    worker.unref();
    worker.once("message", () => (this.#up = true));
    worker.on("error", () => {}); // the exit that follows is acted on
    this.#exited = new Promise((resolve) => {
      worker.once("exit", () => {
        resolve();
        this.#worker = undefined;
        this.#up = false;
        if (!this.#stopped) this.#startAgain();
      });
    });
    this.#worker = worker;
  }

  #startAgain(): void {
    this.#restart = setTimeout(() => this.#start(), RESTART_MS);
    this.#restart.unref();
  }
}
