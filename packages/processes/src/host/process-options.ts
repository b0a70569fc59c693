import type { PoolOptions } from "@job-orch/link";
import type { LivenessOptions } from "./liveness.ts";

/** What a pool of processes can be told. */
export interface ProcessOptions extends PoolOptions {
  /** The program. It is started without a shell. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /**
   * What the program sees besides `PATH`, `HOME`, `USER`, `LANG`, `LC_ALL`, `TZ`, `TMPDIR` and the protocol's own variables; `"inherit"`: all that
   * this process sees, secrets included.
   */
  readonly env?: Readonly<Record<string, string>> | "inherit";
  /**
   * How frames travel. `fd3`: a pipe of their own, so that prints cannot get in between (default). `stdio`: standard input and
   * output, for programs that have nothing else. `unix`, `tcp`: the program dials back. `oneshot`: no protocol at all: the program is
   * started for every request, reads it from standard input, and writes the response to standard output.
   */
  readonly transport?: "fd3" | "stdio" | "unix" | "tcp" | "oneshot";
  /**
   * Whether workers that can say so say when they begin a request, so that at a crash the rest is known to be untouched and runs elsewhere. `"each"`: each
   * by itself, at the price of a write per request. `"group"`: while jobs take far less than a millisecond, up to 64 that follow one another are announced
   * together, and all of them count as begun. `false`: everything that a worker had counts as begun. Default `"group"`.
   */
  readonly acks?: "each" | "group" | false;
  readonly liveness?: LivenessOptions;
  /** Where lines go that the program prints. `inherit`: to our own standard error; `events`: to listeners of `workerOutput`. Default `inherit`. */
  readonly output?: "inherit" | "events";
  /** With `oneshot`: what the program reads and writes. `text`: strings as they are. Default `json`. */
  readonly format?: "json" | "text";
}

/** What a pool of workers can be told that are started elsewhere and dial in. */
export interface RemoteOptions extends PoolOptions {
  readonly listen: {
    /** Default `127.0.0.1`. Anything but loopback needs `insecure`. */
    readonly host?: string;
    /** Default 0: any free one. */
    readonly port?: number;
  };
  /** What workers show first. Range: 16 to 512 visible ASCII characters. */
  readonly token: string;
  /** Listen in the clear where others can hear: only right inside a network that is protected otherwise. */
  readonly insecure?: boolean;
  readonly liveness?: LivenessOptions;
  /** How many connections may be open, workers or not. Default 256. */
  readonly maxConnections?: number;
}
