import type { Delivery, Frame } from "@job-orch/core";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";

let last = 0;

/**
 * A folder of frames. A frame is a file `<stamp>~<attempt>~<fence>~<owner>`, the owner being nobody, `<pid>-<uuid>` or `dead`.
 * To take one is to rename it, which only one can; what a process took that has died is free again.
 */
export class FrameBox {
  readonly folder: string;

  constructor(...path: string[]) {
    this.folder = join(...path);
  }

  make(): this {
    mkdirSync(this.folder, { recursive: true });
    return this;
  }

  /** Stores a frame: it is there as a whole, or not at all. `false`: the folder has gone. */
  put(frame: Frame): boolean {
    last = Math.max(last + 1, Date.now() * 1_000); // sorts by the time of the send, also among processes
    const name = `${last}-${process.pid}~0~0~`;
    return succeeds(() => {
      writeFileSync(join(this.folder, `.${name}`), serialize(frame));
      renameSync(join(this.folder, `.${name}`), join(this.folder, name));
    });
  }

  /** The files of what may be there to take, oldest first. */
  files(): readonly string[] {
    return readdirSync(this.folder)
      .filter((file) => !file.startsWith(".") && isFree(file.slice(file.lastIndexOf("~") + 1)))
      .sort();
  }

  take(file: string, owner: string): { readonly delivery: Delivery; readonly file: string } | undefined {
    const [stamp, attempt, fence] = file.split("~");
    const loan = { attempt: Number(attempt) + 1, fence: Number(fence) + 1 };
    const taken = `${stamp}~${loan.attempt}~${loan.fence}~${owner}`;
    if (!this.#rename(file, taken)) return undefined;
    return { delivery: { frame: deserialize(readFileSync(join(this.folder, taken))) as Frame, ...loan }, file: taken };
  }

  remove(file: string): void {
    rmSync(join(this.folder, file));
  }

  bury(file: string): void {
    this.#rename(file, `${file.slice(0, file.lastIndexOf("~"))}~dead`);
  }

  giveBack(file: string, charge: boolean): void {
    const [stamp, attempt, fence] = file.split("~");
    this.#rename(file, `${stamp}~${Number(attempt) - (charge ? 0 : 1)}~${fence}~`);
  }

  #rename(from: string, to: string): boolean {
    return succeeds(() => renameSync(join(this.folder, from), join(this.folder, to)));
  }
}

/** Nobody has it, or a process that is not there any more. */
function isFree(owner: string): boolean {
  return owner === "" || (owner !== "dead" && !lives(owner));
}

/** Whether the process of `<pid>-<uuid>` is there. */
export function lives(owner: string): boolean {
  return succeeds(() => process.kill(Number.parseInt(owner, 10), 0));
}

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
