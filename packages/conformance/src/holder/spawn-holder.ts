import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ProcessError } from "@job-orch/core";
import type { Held, Holder } from "../harness.ts";
import type { HolderCommand, HolderNews, HolderRequest } from "./holder-messages.ts";

/** A command that was given and not yet answered. */
interface Pending {
  readonly resolve: (held: readonly Held[]) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a process for the suite to kill. `file` calls `serveHolder`; `args` tell it which backend. */
export async function spawnHolder(file: URL, args: readonly string[] = []): Promise<Holder> {
  const child = fork(fileURLToPath(file), args, { serialization: "advanced", execArgv: [] });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const remote = new RemoteHolder(child);
  await remote.ready;
  return {
    hold: (channel, options, count) => remote.command({ kind: "hold", channel, options, count }),
    send: async (channel, frames) => void (await remote.command({ kind: "send", channel, frames })),
    consume: async (channel, options, onAcked) => {
      remote.onAcked = onAcked;
      await remote.command({ kind: "consume", channel, options });
    },
    block: async (durationMs) => void (await remote.command({ kind: "block", durationMs })),
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** The near end of the conversation with a holder process. */
class RemoteHolder {
  readonly ready: Promise<void>;
  onAcked: (id: string) => void = () => {};
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #number = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    child.on("message", (news: HolderNews) => (news.kind === "ready" ? resolve() : this.#hear(news)));
    const end = (why: string): void => {
      const error = new ProcessError(`The holder process ${why}`, {});
      reject(error);
      for (const pending of this.#pending.values()) pending.reject(error);
      this.#pending.clear();
    };
    child.once("error", (error) => end(`did not start: ${String(error)}`));
    child.once("exit", (code, signal) => end(`is gone (${String(signal ?? code)})`));
  }

  command(command: HolderCommand): Promise<readonly Held[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Held[]>();
    const number = ++this.#number;
    this.#pending.set(number, { resolve, reject });
    const request: HolderRequest = { number, command };
    this.#child.send(request, (error) => {
      if (error !== null) reject(error);
    });
    return promise;
  }

  #hear(news: Exclude<HolderNews, { readonly kind: "ready" }>): void {
    if (news.kind === "acked") return this.onAcked(news.id);
    const pending = this.#pending.get(news.number);
    this.#pending.delete(news.number);
    if (news.kind === "done") pending?.resolve(news.held);
    else pending?.reject(new ProcessError(`The holder process failed: ${news.why}`, {}));
  }
}
