import { defineJob, type RunContext } from "@job-orch/core";
import { readText } from "./read-text.ts";
import type { ReadResources } from "./read.ts";
import { noting, RefusedFileError } from "./refused-file-error.ts";
import { termedFile, type TermedFile, textFile, type TextFile } from "./shapes.ts";
import { termsOf } from "./terms.ts";

/** Turns a file's text into a bag of terms. */
export const tokeniseJob = defineJob({
  name: "tokenise",
  request: textFile,
  response: termedFile,
  errors: [RefusedFileError],
  run: ({ state: _, ...file }: TextFile, { index, texts }: ReadResources, { attempt }: RunContext): Promise<TermedFile> =>
    noting(file, index, async () => {
      const text = texts.take(file.path, file.hash);
      if (text !== undefined) return { ...file, ...termsOf(text) };
      // It may have changed since it was read; then its time has too, and the next scan looks again.
      const { hash, text: now } = readText(file, attempt);
      return { ...file, hash, ...termsOf(now) };
    }),
});
