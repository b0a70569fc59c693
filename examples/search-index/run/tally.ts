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

  walked({ folders, files, passedBy, removed }: WalkResponse): void {
    this.folders += folders;
    this.files += files.length;
    this.passedBy += passedBy;
    this.removed += removed;
  }

  read(file: ReadResponse): void {
    if (file.state === "text") this.bytes += file.size;
    else this.same++;
  }

  indexed(change: Indexed["change"]): void {
    this[change]++;
  }
}
