import { EncodeError } from "@job-orch/core";
import { toWireError } from "@job-orch/core/substrate";
import { type Exit, EXTRA, headOf, Kind, type LinkEvents, type Measured, slotOf, type WorkerLink } from "@job-orch/link";
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Transferable, Worker, type WorkerOptions } from "node:worker_threads";
import { Awake } from "./awake.ts";
import { joinTexts, REPLIES, REQUESTS, splitTexts } from "./joined-texts.ts";
import { oneCloneEach } from "./one-clone-each.ts";
import { ring } from "./parked.ts";
import type { ThreadData, FromThread } from "./thread-data.ts";

/** A worker thread, with a port of its own: the program's own messages do not mix with ours. */
export class ThreadLink implements WorkerLink, Measured {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #events: LinkEvents;
  readonly #bell: Int32Array | undefined;
  readonly #awake: Awake | undefined;
  #error: Error | undefined;

  constructor(url: URL, data: Omit<ThreadData, "port">, options: WorkerOptions, events: LinkEvents) {
    const { port1, port2 } = new MessageChannel();
    this.#events = events;
    this.#bell = data.bell;
    this.#awake = data.spins ? new Awake() : undefined;
    this.#port = port1;
    const jobOrch: ThreadData = { ...data, port: port2 };
    this.#worker = new Worker(url, {
      ...options,
      workerData: { ...(options.workerData as object | undefined), jobOrch },
      transferList: [...(options.transferList ?? []), port2],
    });
    port1.on("message", (message: FromThread) => this.#hear(message));
    port1.on("messageerror", (error: Error) => this.#break(error));
    this.#worker.on("error", (error) => (this.#error = error instanceof Error ? error : new Error(String(error))));
    this.#worker.once("exit", (code) => this.#exited(code));
  }

  readonly send = (batch: readonly unknown[], transfers: readonly Transferable[]): void => {
    // What moves cannot be the same as anything else.
    const [whole = batch, ...more] = transfers.length > 0 ? [batch] : oneCloneEach(batch, REQUESTS);
    this.#post(joinTexts(whole, REQUESTS), transfers);
    for (const part of more) this.#sendMore(part);
    this.#awake?.stay();
  };

  /** Rings once for each message, as a parked thread counts them. */
  #post(message: unknown, transfers: readonly Transferable[]): void {
    this.#port.postMessage(message, transfers as Transferable[]);
    if (this.#bell !== undefined) ring(this.#bell);
  }

  /** Something before it was handed over already, so what cannot be carried is answered from here. It comes first in its part. */
  #sendMore(part: readonly unknown[]): void {
    try {
      this.#post(joinTexts(part, REQUESTS), []);
    } catch (error) {
      const head = part[0] as number;
      const refused = toWireError(new EncodeError("", error instanceof Error ? error.message : String(error)));
      queueMicrotask(() => this.#events.onBatch([0, 0, headOf(Kind.Error, 0, 0, slotOf(head)), refused]));
      const rest = part.slice(REQUESTS.step + ((head & EXTRA) === 0 ? 0 : 1));
      if (rest.length > 0) this.#post(joinTexts(rest, REQUESTS), []);
    }
  }

  readonly tell = (control: object): void => this.#post(control, []);

  readonly kill = (): void => {
    void this.#worker.terminate().catch(() => undefined); // its exit is what is waited for
  };

  readonly setRef = (ref: boolean): void => {
    if (ref) {
      this.#worker.ref();
      this.#port.ref();
    } else {
      this.#worker.unref();
      this.#port.unref();
    }
  };

  readonly memory = async (): Promise<{ readonly heapBytes: number; readonly totalBytes: number }> => {
    try {
      const { used_heap_size: heapBytes, external_memory: outside, malloced_memory: malloced } = await this.#worker.getHeapStatistics();
      return { heapBytes, totalBytes: heapBytes + outside + malloced };
    } catch {
      return { heapBytes: 0, totalBytes: 0 };
    }
  };

  #hear(message: FromThread): void {
    try {
      if (Array.isArray(message)) this.#events.onBatch(splitTexts(message, REPLIES));
      else this.#events.onReady(message);
    } catch (error) {
      this.#break(error as Error);
    }
  }

  /** What it says cannot be understood: answers are lost, and nobody knows which. */
  #break(error: Error): void {
    this.#error ??= error;
    this.kill();
  }

  #exited(code: number): void {
    // What it said before it ended may not have been heard yet.
    for (let left = this.#next(); left !== undefined; left = this.#next()) this.#hear(left.message as FromThread);
    this.#port.close();
    this.#events.onDown(toExit(code, this.#error));
  }

  #next(): { readonly message: unknown } | undefined {
    try {
      return receiveMessageOnPort(this.#port);
    } catch {
      return undefined; // it cannot be read, and what follows it cannot be reached
    }
  }
}

function toExit(code: number, error: Error | undefined): Exit {
  if (error === undefined) return { code };
  return { code, error, outOfMemory: (error as { code?: unknown }).code === "ERR_WORKER_OUT_OF_MEMORY" };
}
