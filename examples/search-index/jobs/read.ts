import { defineJob, type RunContext } from "@job-orch/core";
import type { FileIndex } from "../store/file-index.ts";
import { readText } from "./read-text.ts";
import { noting, RefusedFileError } from "./refused-file-error.ts";
import { type FoundFile, foundFile, type ReadResponse, readResponse } from "./shapes.ts";
import type { TextShelf } from "./text-shelf.ts";

export interface ReadResources {
  readonly index: FileIndex;
  readonly texts: TextShelf;
}

/**
 * Reads one file. Files of the size and time that the index has are answered from it without being opened. A file that
 * cannot be indexed is noted, so that later runs pass it by, and its request ends in the dead letters.
 */
export const readJob = defineJob({
  name: "read",
  request: foundFile,
  response: readResponse,
  errors: [RefusedFileError],
  getCache: getRead,
  run: (file: FoundFile, { index, texts }: ReadResources, { attempt }: RunContext): Promise<ReadResponse> =>
    noting(file, index, async () => {
      const { hash, text } = readText(file, attempt);
      if (await index.touch(file, hash)) return { ...file, state: "indexed" };
      texts.put(file.path, hash, text);
      return { ...file, state: "text", hash };
    }),
});

/** Answers from the index when that has the file as it is on disk. */
export function getRead(file: FoundFile, { index }: Pick<ReadResources, "index">): { readonly response: ReadResponse } | undefined {
  return index.has(file) ? { response: { ...file, state: "indexed" } } : undefined;
}
