import type { Socket } from "node:net";
import { ClosedError, OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import type { Exit, LinkEvents, Start, WorkerFactory, WorkerLink } from "@job-orch/link";
import type { Balance } from "./balance.ts";
import { Door } from "./door.ts";
import { HELLO_TIMEOUT_MS } from "../protocol/limits.ts";
import { LineLink } from "./line-link.ts";
import { ListenError } from "./listen-error.ts";
import type { LivenessOptions } from "./liveness.ts";
import { Outflow } from "./outflow.ts";
import type { RemoteOptions } from "./process-options.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
/** A worker that was told to end and does not is cut off. Units: milliseconds. */
const DRAIN_MS = 25_000;
/** So is one that was told why it is sent away, after this. Units: milliseconds. */
const LEAVES_WITHIN_MS = 2_000;

interface Waiting {
  readonly start: Start;
  readonly events: LinkEvents;
  readonly place: RemotePlace;
}

/** Workers that are started elsewhere: every place of the pool waits for one to dial in. */
export class RemoteWorkers implements WorkerFactory {
  readonly kind = "remote worker";
  readonly shares = false;
  readonly #door: Door;
  readonly #where: { readonly host: string; readonly port: number };
  readonly #waiting: Waiting[] = [];
  readonly #liveness: LivenessOptions;
  readonly #balance: Balance | undefined;
  #listening: Promise<string> | undefined;
  #isClosed = false;

  constructor(
    { listen, token, insecure = false, maxConnections = 256, liveness = {} }: RemoteOptions,
    onRefused: (source: string, why: string) => void,
    balance?: Balance,
  ) {
    const { host = "127.0.0.1", port = 0 } = listen;
    whole("listen.port", port, 0, 65_535);
    whole("maxConnections", maxConnections, 1, 65_536);
    if (typeof host !== "string") throw new OptionError('"listen.host" takes a name or an address');
    if (!LOOPBACK.test(host) && !insecure) {
      throw new OptionError(
        `"listen.host" is ${host}: whoever hears the network hears the token and every request; use a tunnel to 127.0.0.1, or say "insecure: true"`,
      );
    }
    this.#where = { host, port };
    this.#liveness = liveness;
    this.#balance = balance;
    this.#door = new Door({ token, maxConnections, onRefused, onWorker: (socket, rest) => this.#takeIn(socket, rest) });
  }

  /** Where workers dial in, as `LJP_ADDR` takes it. */
  listen(): Promise<string> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#listening ??= this.#open();
    return this.#listening;
  }

  async #open(): Promise<string> {
    const { host, port } = this.#where;
    try {
      return await this.#door.listenOn(host, port);
    } catch (error) {
      if (this.#isClosed) throw closed();
      this.#listening = undefined; // the next time it may be free
      throw new ListenError(host, port, error as Error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#door.shut();
  }

  readonly start = (start: Start, events: LinkEvents): WorkerLink => {
    const place = new RemotePlace(this.#liveness, this.#balance, () => this.#forget(place));
    this.#waiting.push({ start, events, place });
    this.listen().catch((error: unknown) => this.#forget(place, { code: null, error: error as Error }));
    return place;
  };

  #takeIn(socket: Socket, rest: Buffer): void {
    const next = this.#waiting.shift();
    if (next === undefined) return void socket.destroy(); // there is no place; it may dial again
    next.place.take(socket, next.start, next.events);
    if (rest.byteLength > 0) next.place.read(rest);
  }

  #forget(place: RemotePlace, exit: Exit = { code: null, lost: true }): void {
    const at = this.#waiting.findIndex((one) => one.place === place);
    const [gone] = at === -1 ? [] : this.#waiting.splice(at, 1);
    gone?.events.onDown(exit);
  }
}

function closed(): ClosedError {
  return new ClosedError("The pool is closed: no worker can dial in any more");
}

/** One place, empty at first. */
class RemotePlace implements WorkerLink {
  readonly #liveness: LivenessOptions;
  readonly #balance: Balance | undefined;
  readonly #onGivenUp: () => void;
  #socket: Socket | undefined;
  #line: LineLink | undefined;
  #hung = false;
  #ref = false;

  constructor(liveness: LivenessOptions, balance: Balance | undefined, onGivenUp: () => void) {
    this.#liveness = liveness;
    this.#balance = balance;
    this.#onGivenUp = onGivenUp;
  }

  take(socket: Socket, { jobs, place }: Start, events: LinkEvents): void {
    this.#socket = socket;
    let error: Error | undefined;
    let patience = setTimeout(() => {
      error = new ProtocolError(`The worker said no hello within ${HELLO_TIMEOUT_MS} ms`);
      socket.destroy();
    }, HELLO_TIMEOUT_MS).unref();
    const outflow = new Outflow(socket, {
      ...events,
      onReady: (hello) => {
        clearTimeout(patience);
        events.onReady(hello);
      },
    });
    const line = new LineLink({
      carrier: {
        write: outflow.write,
        end: outflow.end,
        kill: () => void socket.destroy(),
        setRef: this.setRef,
      },
      events: outflow.events,
      jobs,
      drainMs: DRAIN_MS,
      liveness: this.#liveness,
      ...(this.#balance === undefined ? {} : { balance: this.#balance }),
      place,
      shared: false,
      onBroken: (why) => {
        error = why.error;
        this.#hung = why.hung ?? false;
        if (why.told !== true) return void socket.destroy();
        clearTimeout(patience);
        patience = setTimeout(() => socket.destroy(), LEAVES_WITHIN_MS).unref();
      },
    });
    this.#line = line;
    socket.on("data", (chunk: Buffer) => line.read(chunk));
    socket.once("close", () => {
      clearTimeout(patience);
      line.close();
      events.onDown({ code: null, lost: true, hung: this.#hung, ...(error === undefined ? {} : { error }) });
    });
    this.setRef(this.#ref);
  }

  read(chunk: Buffer): void {
    this.#line?.read(chunk);
  }

  readonly send = (batch: readonly unknown[]): void => this.#line?.send(batch);

  readonly tell: WorkerLink["tell"] = (control) => {
    if (this.#line === undefined) this.kill();
    else this.#line.tell(control);
  };

  readonly kill = (): void => {
    if (this.#socket === undefined) this.#onGivenUp();
    else this.#socket.destroy();
  };

  readonly setRef = (ref: boolean): void => {
    this.#ref = ref;
    if (ref) this.#socket?.ref();
    else this.#socket?.unref();
  };
}
