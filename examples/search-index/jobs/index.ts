import { defineJob } from "@job-orch/core";
import type { FileIndex } from "../store/file-index.ts";
import { indexed, type Indexed, type TermedFile, termedFile } from "./shapes.ts";

interface IndexResources {
  readonly index: FileIndex;
}

/** Puts a file into the index. The index writes many files in one transaction; this resolves when its own is written. */
export const indexJob = defineJob({
  name: "index",
  request: termedFile,
  response: indexed,
  run: async (file: TermedFile, { index }: IndexResources): Promise<Indexed> => ({ change: await index.put(file) }),
});
