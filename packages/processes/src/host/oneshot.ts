import { JobError, OptionError, type Retry, type RunContext } from "@job-orch/core";
import { DecodeError } from "@job-orch/core";
import { notJson } from "../protocol/payload.ts";
import { Child } from "./child.ts";
import type { ProcessOptions } from "./process-options.ts";

/** More than this is no response. Units: bytes. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A program that is run per request left with an error. */
export class ProgramError extends JobError {
  override readonly name = "ProgramError";
  readonly code = "ERR_PROGRAM";
  readonly retry: Retry = "unknown";
  readonly exitCode: number | null;
  readonly signal: string | undefined;
  readonly stderrTail: string;

  constructor(
    command: string,
    exit: {
      readonly code: number | null;
      readonly signal?: string | undefined;
      readonly stderrTail?: string | undefined;
      /** Why it could not be started. */
      readonly error?: Error | undefined;
    },
  ) {
    const left = exit.signal === undefined ? `left with code ${String(exit.code)}` : `was ended by ${exit.signal}`;
    const how = exit.error === undefined ? left : `could not be started: ${exit.error.message}`;
    super(`${command} ${how}${exit.stderrTail ? `: ${exit.stderrTail.trim().split("\n").at(-1)}` : ""}`, { cause: exit.error });
    this.exitCode = exit.code;
    this.signal = exit.signal;
    this.stderrTail = exit.stderrTail ?? "";
  }
}

/**
 * Runs a program for one request: the request on its standard input, the response from its standard output.
 *
 * Errors: `ERR_ENCODE` for a request that is no JSON; `ERR_PROGRAM` when it leaves with another code than 0; `ERR_DECODE` when its output is not what `format` says.
 */
export function runOnce(options: ProcessOptions, request: unknown, { signal }: RunContext): Promise<unknown> {
  const { command, args = [], cwd, env = {}, format = "json" } = options;
  if (format === "text" && typeof request !== "string") throw new OptionError('With "format: text" a request is a string');
  const input = format === "text" ? (request as string) : `${toJson(request ?? null)}\n`;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let tooMuch = false;
    const child = new Child({
      command,
      args,
      cwd,
      env,
      protocolEnv: {},
      stdio: "stdio",
      onLine: () => undefined, // the tail goes into the error
      onExit: (exit) => {
        signal.removeEventListener("abort", stop);
        if (tooMuch) return reject(new DecodeError(`${command} wrote more than ${MOST_OUTPUT_BYTES} bytes`));
        if (exit.error !== undefined) return reject(new ProgramError(command, exit));
        if (signal.aborted) return reject(signal.reason as Error);
        if (exit.code !== 0) return reject(new ProgramError(command, exit));
        try {
          resolve(read(command, Buffer.concat(chunks).toString("utf8"), format));
        } catch (error) {
          reject(error);
        }
      },
    });
    const stop = (): void => child.kill();
    signal.addEventListener("abort", stop, { once: true });
    child.process.stdout?.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= MOST_OUTPUT_BYTES) return void chunks.push(chunk);
      tooMuch = true;
      child.kill();
    });
    child.process.stdin?.on("error", () => undefined); // it did not read all of it, which is its own business
    child.process.stdin?.end(input);
  });
}

/** Errors: `ERR_ENCODE` when there is no JSON of it. */
function toJson(request: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(request);
  } catch {
    // told below, with the path to what it was
  }
  if (text === undefined) throw notJson(request);
  return text;
}

function read(command: string, text: string, format: "json" | "text"): unknown {
  if (format === "text") return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new DecodeError(`${command} wrote something that is not JSON`);
  }
}
