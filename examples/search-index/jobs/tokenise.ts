import { defineJob } from "@job-orch/core";
import { termedFile, type TermedFile, textFile, type TextFile } from "./shapes.ts";
import { termsOf } from "./terms.ts";

/** Turns a file's text into a bag of terms. */
export const tokeniseJob = defineJob({
  name: "tokenise",
  request: textFile,
  response: termedFile,
  run: ({ path, size, mtimeNs, hash, text }: TextFile): TermedFile => ({ path, size, mtimeNs, hash, ...termsOf(text) }),
});
