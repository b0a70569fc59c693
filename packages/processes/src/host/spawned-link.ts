import type { Socket } from "node:net";
import type { Control, Exit, LinkEvents, Measured, Start, WorkerLink } from "@job-orch/link";
import type { Balance } from "./balance.ts";
import { Child } from "./child.ts";
import { Door, newToken } from "./door.ts";
import { LineLink, OFFERED } from "./line-link.ts";
import { Outflow } from "./outflow.ts";
import type { ProcessOptions } from "./process-options.ts";

/** A worker whose end of the link is closed leaves by itself within this, or is ended. Units: milliseconds. */
const LEAVES_WITHIN_MS = 2_000;

/** A process that we started, whichever way its frames travel. */
export class SpawnedLink implements WorkerLink, Measured {
  readonly #options: ProcessOptions;
  readonly #start: Start;
  readonly #events: LinkEvents;
  readonly #balance: Balance | undefined;
  #child: Child | undefined;
  #line: LineLink | undefined;
  #door: Door | undefined;
  /** What it dialled back on. */
  #dialled: Socket | undefined;
  #leaves: NodeJS.Timeout | undefined;
  #ref = false;
  #broken: Partial<Exit> | undefined;
  #down = false;

  constructor(options: ProcessOptions, start: Start, events: LinkEvents, balance?: Balance) {
    this.#options = options;
    this.#balance = balance;
    this.#start = start;
    this.#events = events;
    const { transport = "fd3" } = options;
    if (transport === "fd3" || transport === "stdio") this.#spawn({ LJP_TRANSPORT: transport }, transport);
    else void this.#spawnBehindDoor(transport === "tcp");
  }

  readonly send = (batch: readonly unknown[]): void => this.#line?.send(batch);

  readonly tell = (control: Control): void => this.#line?.tell(control);

  readonly kill = (): void => {
    this.#shutDoor();
    if (this.#child === undefined) this.#finish({ code: null });
    else this.#child.kill();
  };

  readonly setRef = (ref: boolean): void => {
    this.#ref = ref;
    this.#child?.setRef(ref);
    this.#door?.setRef(ref);
    if (ref) this.#dialled?.ref();
    else this.#dialled?.unref();
  };

  readonly memory = async (): Promise<{ readonly heapBytes: number; readonly totalBytes: number }> => {
    const bytes = (await this.#child?.memory()) ?? 0;
    return { heapBytes: bytes, totalBytes: bytes };
  };

  async #spawnBehindDoor(tcp: boolean): Promise<void> {
    const token = newToken();
    const door = new Door({ token, maxConnections: 8, onWorker: (socket, rest) => this.#connect(socket, rest) });
    this.#door = door;
    try {
      const address = tcp ? await door.listenOn("127.0.0.1", 0) : await door.listenLocally();
      if (this.#down) return door.shut();
      door.setRef(this.#ref);
      this.#spawn({ LJP_ADDR: address, LJP_TOKEN: token }, "none");
    } catch (error) {
      this.#finish({ code: null, error: error as Error });
    }
  }

  #spawn(env: Readonly<Record<string, string>>, stdio: "fd3" | "stdio" | "none"): void {
    const { command, args = [], cwd, env: own = {}, output = "inherit", acks = "group" } = this.#options;
    const offered = acks === false ? OFFERED.filter((cap) => cap !== "ack") : OFFERED;
    const inherit = output === "inherit";
    const child = new Child({
      command,
      args,
      cwd,
      env: own,
      protocolEnv: {
        LJP: "1",
        LJP_CAPS: offered.join(","),
        LJP_CONCURRENCY: String(this.#start.concurrency),
        ...(acks === "each" ? { LJP_ACKS: acks } : {}),
        ...env,
      },
      stdio,
      onLine: (stream, line) => {
        this.#events.onOutput(stream, line);
        if (inherit) process.stderr.write(`${line}\n`);
      },
      onExit: (exit) => this.#finish(exit),
    });
    this.#child = child;
    child.setRef(this.#ref);
    if (stdio === "none" || child.process.pid === undefined) return;
    const input = child.process.stdio[stdio === "fd3" ? 3 : 1] as Socket;
    const out = stdio === "fd3" ? input : (child.process.stdin as Socket);
    this.#carry(input, out, stdio === "stdio");
  }

  /** It dialled back: nobody else may. */
  #connect(socket: Socket, rest: Buffer): void {
    this.#shutDoor();
    if (this.#line !== undefined || this.#down) return void socket.destroy();
    this.#dialled = socket;
    const line = this.#carry(socket, socket, false);
    socket.once("close", () => this.#child?.kill()); // a worker without a host has nothing to do
    if (rest.byteLength > 0) line.read(rest);
  }

  #carry(input: Socket, out: Socket, shared: boolean): LineLink {
    const expectEnd = (): void => this.#expectEnd();
    input.once("end", expectEnd);
    for (const stream of new Set([input, out])) stream.on("error", expectEnd); // also when it closed one of them alone
    const { events, write, end } = new Outflow(out, this.#events);
    const line = new LineLink({
      carrier: {
        write,
        end,
        kill: this.kill,
        setRef: this.setRef,
      },
      events,
      jobs: this.#start.jobs,
      drainMs: 25_000,
      shared,
      ...(this.#balance === undefined ? {} : { balance: this.#balance }),
      place: this.#start.place,
      isStopped: () => this.#child?.isStopped === true,
      ...(this.#options.liveness === undefined ? {} : { liveness: this.#options.liveness }),
      onBroken: ({ told = false, ...why }) => {
        this.#broken = why;
        if (told) this.#expectEnd();
        else this.kill();
      },
    });
    this.#line = line;
    input.on("data", (chunk: Buffer) => line.read(chunk));
    this.setRef(this.#ref);
    return line;
  }

  /** It said its last word. One that goes on without its link cannot be used any more. */
  #expectEnd(): void {
    this.#leaves ??= setTimeout(() => {
      this.#broken ??= { lost: true };
      this.kill();
    }, LEAVES_WITHIN_MS).unref();
  }

  #shutDoor(): void {
    this.#door?.shut();
    this.#door = undefined;
  }

  #finish(exit: Exit): void {
    if (this.#down) return;
    this.#down = true;
    clearTimeout(this.#leaves);
    this.#shutDoor();
    this.#line?.close();
    this.#events.onDown({ ...exit, ...this.#broken });
  }
}
