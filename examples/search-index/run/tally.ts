import { sep } from "node:path";
import type { Indexed, ReadResponse, WalkResponse } from "../jobs/shapes.ts";

/** What this run came across. */
export class Tally {
  folders = 0;
  files = 0;
  passedBy = 0;
  removed = 0;
  /** Files that the index had as they are, so that they were not even sent. */
  cached = 0;
  /** Files that were read and whose content the index had. */
  same = 0;
  new = 0;
  changed = 0;
  /** Units: bytes of text that was read. */
  bytes = 0;
  tokens = 0;
  /** Files of the directory that were finished before the scan began: the scan comes by them once more, and finds them in the index. */
  #early = 0;
  #scanned: string | undefined;

  /** Files that the index had already when this run began, as they are. */
  get asBefore(): number {
    return this.same + Math.max(0, this.cached - this.#early);
  }

  /** What this run is about. */
  begin(directory: string): void {
    this.#scanned = directory.endsWith(sep) ? directory : directory + sep;
  }

  /** The whole directory is looked at: what was walked until now was the rest of an earlier run's look, and comes by again. */
  scanBegins(): void {
    this.#scanned = undefined;
    this.folders = this.files = this.passedBy = this.cached = 0;
  }

  walked({ folders, files, passedBy, removed }: WalkResponse): void {
    this.folders += folders;
    this.files += files.length;
    this.passedBy += passedBy;
    this.removed += removed;
  }

  read(file: ReadResponse): void {
    if (file.state === "text") this.bytes += file.size;
    else {
      this.same++;
      this.#finish(file.path);
    }
  }

  indexed(change: Indexed["change"], path: string): void {
    this[change]++;
    this.#finish(path);
  }

  #finish(path: string): void {
    if (this.#scanned !== undefined && path.startsWith(this.#scanned)) this.#early++;
  }
}
