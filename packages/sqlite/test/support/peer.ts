import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ChannelSpec, ReceiveOptions } from "@job-orch/core";
import type { SqliteOptions } from "../../src/index.ts";
import type { Command, Report, TextFrame } from "./protocol.ts";

const program = fileURLToPath(new URL("../fixtures/peer.ts", import.meta.url));

type Unnumbered<Each> = Each extends Command ? Omit<Each, "call"> : never;

/** Another process on the same file. */
export class Peer {
  readonly child: ChildProcess;
  readonly taken: { readonly id: string; readonly attempt: number; readonly body: string }[] = [];
  readonly acked: string[] = [];
  readonly #calls = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  readonly #ready = Promise.withResolvers<void>();
  #serial = 0;

  private constructor(path: string, options: SqliteOptions) {
    this.child = fork(program, [path, JSON.stringify(options)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child.on("message", (message) => this.#hear(message as Report));
    this.child.once("exit", () => {
      for (const { reject } of this.#calls.values()) reject(new Error("the peer has exited"));
      this.#ready.reject(new Error("the peer has exited"));
    });
    this.#ready.promise.catch(() => undefined);
  }

  static async start(path: string, options: SqliteOptions = {}): Promise<Peer> {
    const peer = new Peer(path, options);
    await peer.#ready.promise;
    return peer;
  }

  hold(channel: ChannelSpec, options: ReceiveOptions, count: number): Promise<readonly { id: string; attempt: number; fence: number }[]> {
    return this.#call({ do: "hold", channel, options, count });
  }

  send(channel: ChannelSpec, frames: readonly TextFrame[]): Promise<void> {
    return this.#call({ do: "send", channel, frames });
  }

  consume(
    channel: ChannelSpec,
    options: ReceiveOptions,
    more: { readonly receivers?: number; readonly workMs?: number } = {},
  ): Promise<void> {
    return this.#call({ do: "consume", channel, options, ...more });
  }

  /** Acks all it holds; returns how many were lost. */
  settle(): Promise<number> {
    return this.#call({ do: "settle" });
  }

  block(durationMs: number): Promise<void> {
    return this.#call({ do: "block", durationMs });
  }

  /** Disposes the transport and ends. */
  async close(): Promise<void> {
    await this.#call({ do: "close" });
    const exited = once(this.child, "exit");
    this.child.disconnect();
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "close"); // unlike `exit` after the last of its reports
    this.child.kill("SIGKILL");
    await gone;
  }

  #call<Value>(command: Unnumbered<Command>): Promise<Value> {
    const call = ++this.#serial;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ ...command, call }, (error) => error !== null && reject(error));
    });
  }

  #hear(report: Report): void {
    if (report.kind === "ready") return this.#ready.resolve();
    if (report.kind === "taken") return void this.taken.push(report);
    if (report.kind === "acked") return void this.acked.push(report.id);
    const call = this.#calls.get(report.call);
    this.#calls.delete(report.call);
    if (report.kind === "done") call?.resolve(report.value);
    else call?.reject(Object.assign(new Error(report.message), { code: report.code }));
  }
}
