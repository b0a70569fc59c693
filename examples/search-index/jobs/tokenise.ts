import { type Awaitable, defineJob, type RunContext } from "@job-orch/core";
import { readText } from "./read-text.ts";
import type { ReadResources } from "./read.ts";
import type { Terms } from "./terms.ts";
import { noting, RefusedFileError } from "./refused-file-error.ts";
import { termedFile, type TermedFile, textFile, type TextFile } from "./shapes.ts";

interface TokeniseResources extends ReadResources {
  /** Counts the terms of a text, wherever that is done. `origin`: the same for the same file. */
  readonly count: (text: string, origin: string) => Awaitable<Terms>;
}

/** Turns a file's text into a bag of terms. */
export const tokeniseJob = defineJob({
  name: "tokenise",
  request: textFile,
  response: termedFile,
  errors: [RefusedFileError],
  run: ({ state: _, ...file }: TextFile, { index, texts, count }: TokeniseResources, { id, attempt }: RunContext): Promise<TermedFile> =>
    noting(file, index, async () => {
      const text = texts.take(file.path, file.hash);
      if (text !== undefined) return { ...file, ...(await count(text, id)) };
      // It may have changed since it was read; then its time has too, and the next scan looks again.
      const { hash, text: now } = readText(file, attempt);
      return { ...file, hash, ...(await count(now, id)) };
    }),
});
