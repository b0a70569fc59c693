import { z } from "zod";

/** A file as the walk saw it. */
export const foundFile = z.object({
  /** Absolute. */
  path: z.string().min(1),
  /** Units: bytes. */
  size: z.number().int().nonnegative(),
  /** Units: nanoseconds since the epoch, as decimal digits: more than a number holds. */
  mtimeNs: z.string().regex(/^-?\d+$/),
});
export type FoundFile = z.infer<typeof foundFile>;

/** A folder to list; with `names`, only these files of a folder that was listed already. */
export const folderPart = z.object({ folder: z.string().min(1), names: z.array(z.string()).optional() });
export type FolderPart = z.infer<typeof folderPart>;

/** A part of a scan. */
export const walkRequest = z.object({ scan: z.string(), parts: z.array(folderPart) });
export type WalkRequest = z.infer<typeof walkRequest>;

/** What a part of a scan found. */
export const walkResponse = z.object({
  files: z.array(foundFile),
  folders: z.number().int(),
  /** Links that lead somewhere, pipes, sockets and devices: not files of their own. */
  passedBy: z.number().int(),
  /** Files that were in the index and are gone. */
  removed: z.number().int(),
});
export type WalkResponse = z.infer<typeof walkResponse>;

/** That a file is text, or the word that the index has it already. */
export const readResponse = z.discriminatedUnion("state", [
  foundFile.extend({ state: z.literal("text"), hash: z.string() }),
  foundFile.extend({ state: z.literal("indexed") }),
]);
export type ReadResponse = z.infer<typeof readResponse>;

export const textFile = readResponse.options[0];
export type TextFile = z.infer<typeof textFile>;

/** A file as a bag of terms. */
export const termedFile = foundFile.extend({
  hash: z.string(),
  /** How many words the text has. */
  tokens: z.number().int(),
  /** Its different terms, each as often as it counts for the ranking, apart by spaces. */
  terms: z.string(),
});
export type TermedFile = z.infer<typeof termedFile>;

/** What the index did with a file. `same`: it had exactly this already. */
export const indexed = z.object({ change: z.enum(["new", "changed", "same"]) });
export type Indexed = z.infer<typeof indexed>;
