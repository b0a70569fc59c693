import { connect, Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { OptionError } from "@job-orch/core";
import type { Where } from "./settings.ts";

/** A worker's two ends of the link to its host. */
export interface Link {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether prints of the program can get in between. */
  readonly shared: boolean;
}

/** Opens the link that the host said. What happens to it is heard on its streams. Errors: `ERR_OPTION` for an address of no known kind. */
export function openLink(where: Where): Link {
  switch (where.kind) {
    case "fd3":
      return both(new Socket({ fd: 3, readable: true, writable: true }));
    case "stdio":
      return { input: process.stdin, output: takeStdout(), shared: true };
    case "socket": {
      const socket = dial(where.address);
      socket.write(`LJP/1 ${where.token}\n`);
      return both(socket);
    }
  }
}

function both(socket: Socket): Link {
  return { input: socket, output: socket, shared: false };
}

function dial(address: string): Socket {
  const unix = /^unix:(.+)$/.exec(address)?.[1];
  if (unix !== undefined) return connect(unix);
  const [, host, port] = /^tcp:\[?([^\]]+)\]?:(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined) throw new OptionError('LJP_ADDR is "unix:<path>" or "tcp:<host>:<port>"');
  return connect({ host, port: Number(port), noDelay: true });
}

/** Standard output is the link's from now on: what the program prints goes to standard error. */
function takeStdout(): Writable {
  const { stdout, stderr } = process;
  const frames = Object.create(stdout) as Writable; // everything of the stream's but its `write`
  frames.write = stdout.write.bind(stdout) as Writable["write"];
  stdout.write = stderr.write.bind(stderr);
  return frames;
}
