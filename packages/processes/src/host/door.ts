import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClosedError } from "@job-orch/core";
import { TOKEN_TIMEOUT_MS } from "../protocol/limits.ts";
import { TokenGate } from "../protocol/token-gate.ts";

/** Of one source so many refusals are told per minute; the rest is silence. */
const REFUSAL_EVERY_MS = 60_000;
const MOST_SOURCES = 1_024;
/** Silence after which the other machine is asked whether it is still there. Units: milliseconds. */
const KEEP_ALIVE_MS = 10_000;

export interface DoorOptions {
  readonly token: string;
  readonly maxConnections: number;
  /** A worker showed the right token; `rest` is what it sent behind it. */
  readonly onWorker: (socket: Socket, rest: Buffer) => void;
  /** Somebody was sent away. */
  readonly onRefused?: (source: string, why: string) => void;
}

/** Where workers dial in: lets in who shows the token, in time, and no more than so many. */
export class Door {
  readonly #options: DoorOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #told = new Map<string, number>();
  #folder: string | undefined;

  constructor(options: DoorOptions) {
    this.#options = options;
    checkToken(options.token); // here, not when the first worker dials
    this.#server = createServer((socket) => this.#open(socket));
    this.#server.maxConnections = options.maxConnections;
  }

  /** A socket in a folder that nobody else can enter. Resolves with what `LJP_ADDR` takes. */
  async listenLocally(): Promise<string> {
    this.#folder = mkdtempSync(join(tmpdir(), "job-orch-")); // 0700
    const path = join(this.#folder, "host.sock");
    await this.#listen({ path });
    return `unix:${path}`;
  }

  /** Resolves with what `LJP_ADDR` takes. */
  async listenOn(host: string, port: number): Promise<string> {
    await this.#listen({ host, port });
    const address = this.#server.address();
    return `tcp:${host}:${typeof address === "object" && address !== null ? address.port : port}`;
  }

  setRef(ref: boolean): void {
    if (ref) this.#server.ref();
    else this.#server.unref();
  }

  /** Lets nobody in any more. Those that are in stay. */
  shut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #listen(where: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = (settle: () => void): void => {
        this.#server.off("listening", up).off("error", failed).off("close", shut);
        settle();
      };
      const up = (): void => {
        this.#server.on("error", () => undefined); // a connection that could not be taken; the next one may be
        over(resolve);
      };
      const failed = (error: Error): void => over(() => reject(error));
      const shut = (): void => over(() => reject(new ClosedError("Nobody is let in any more"))); // while it began to listen
      this.#server.on("listening", up).on("error", failed).on("close", shut).listen(where);
    });
  }

  /** Nobody is a worker before the token was seen. */
  #open(socket: Socket): void {
    const source = socket.remoteAddress ?? "this machine";
    const gate = new TokenGate(this.#options.token);
    this.#sockets.add(socket);
    const refuse = (why: string): void => {
      this.#tell(source, why);
      socket.destroy();
    };
    const late = setTimeout(() => refuse("it showed no token in time"), TOKEN_TIMEOUT_MS);
    const forget = (): void => {
      clearTimeout(late);
      this.#sockets.delete(socket);
    };
    const read = (chunk: Buffer): void => {
      try {
        const rest = gate.push(chunk);
        if (rest === undefined) return;
        socket.off("data", read);
        socket.off("close", forget);
        forget();
        socket.setNoDelay(true);
        socket.setKeepAlive(true, KEEP_ALIVE_MS); // a dead peer says nothing by itself
        this.#options.onWorker(socket, rest);
      } catch (error) {
        refuse((error as Error).message);
      }
    };
    socket.on("error", () => undefined); // its close follows
    socket.once("close", forget);
    socket.on("data", read);
  }

  #tell(source: string, why: string): void {
    const nowMs = Date.now();
    const lastMs = this.#told.get(source);
    if (lastMs !== undefined && nowMs - lastMs < REFUSAL_EVERY_MS) return;
    if (this.#told.size >= MOST_SOURCES) this.#told.clear();
    this.#told.set(source, nowMs);
    this.#options.onRefused?.(source, why);
  }
}

/** Errors: `ERR_OPTION` when it can be no token. */
function checkToken(token: string): TokenGate {
  return new TokenGate(token);
}

/** A token that nobody guesses. */
export function newToken(): string {
  return randomBytes(16).toString("hex");
}
