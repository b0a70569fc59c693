import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { defineJob } from "@job-orch/core";
import type { FileIndex } from "../store/file-index.ts";
import { listFolder } from "./list-folder.ts";
import { type FolderPart, type FoundFile, type WalkRequest, walkRequest, type WalkResponse, walkResponse } from "./shapes.ts";

/** A request ends with the folder in which it has found this many files; what is left becomes further requests. */
const FILES_PER_REQUEST = 500;
/** … or after this many folders. */
const FOLDERS_PER_REQUEST = 100;
/** Folders handed on in one request. */
const PARTS_PER_REQUEST = 50;

export interface WalkResources {
  readonly index: FileIndex;
  /** Our own store: it changes while we look. */
  readonly ownFiles: ReadonlySet<string>;
  /** Sends further parts of the scan; a repeat under the same key is dropped. */
  readonly further: (request: WalkRequest, key: string) => Promise<void>;
}

/**
 * Walks a part of a tree: lists folders until it has found a few hundred files, and hands on the rest as requests of its
 * own, so that no part is large and a killed scan goes on where it was. Takes out of the index what is gone.
 */
export const walkJob = defineJob({
  name: "walk",
  request: walkRequest,
  response: walkResponse,
  run: async ({ scan, parts }: WalkRequest, resources: WalkResources): Promise<WalkResponse> => {
    const walk = new Walk(resources);
    const left = walk.go(parts);
    // Sent before this request is settled. A crash between the two repeats it; equal parts have equal keys.
    for (const some of inGroups(left)) await resources.further({ scan, parts: some }, `${scan}:${keyOf(some)}`);
    return walk.response();
  },
});

class Walk {
  readonly #resources: WalkResources;
  readonly #files: FoundFile[] = [];
  #folders = 0;
  #passedBy = 0;
  #removed = 0;

  constructor(resources: WalkResources) {
    this.#resources = resources;
  }

  /** Returns what is left to do. */
  go(parts: readonly FolderPart[]): readonly FolderPart[] {
    const stack = parts.toReversed();
    const large: FolderPart[] = [];
    while (this.#files.length < FILES_PER_REQUEST && this.#folders < FOLDERS_PER_REQUEST) {
      const part = stack.pop();
      if (part === undefined) break;
      if (part.names !== undefined) this.#look(part.folder, part.names);
      else this.#enter(part.folder, stack, large);
    }
    return [...large, ...stack.toReversed()];
  }

  response(): WalkResponse {
    return { files: this.#files, folders: this.#folders, passedBy: this.#passedBy, removed: this.#removed };
  }

  #enter(folder: string, stack: FolderPart[], large: FolderPart[]): void {
    const { index } = this.#resources;
    this.#folders++;
    try {
      const { files, folders, passedBy } = listFolder(folder, (name) => join(folder, name));
      this.#passedBy += passedBy;
      this.#removed += index.keepOnly(folder, new Set(files), new Set(folders));
      for (const name of folders.toReversed()) stack.push({ folder: join(folder, name) });
      if (files.length <= FILES_PER_REQUEST) return this.#look(folder, files);
      // A folder with very many files is shared out by name: its listing is made once.
      for (let at = 0; at < files.length; at += FILES_PER_REQUEST) large.push({ folder, names: files.slice(at, at + FILES_PER_REQUEST) });
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (syscall !== "scandir") throw error;
      if (code === "ENOENT" || code === "ENOTDIR") this.#removed += index.dropFolder(folder);
      else this.#files.push(unseen(folder));
    }
  }

  #look(folder: string, names: readonly string[]): void {
    for (const name of names) {
      const path = join(folder, name);
      if (this.#resources.ownFiles.has(path)) continue;
      const file = look(path);
      // Gone since it was listed; or its name is no UTF-8, and then it can never be opened by the name we got.
      if (file === undefined && !name.includes("\u{fffd}")) continue;
      this.#files.push(file ?? unseen(path));
    }
  }
}

/** `undefined` when it is not there. */
function look(path: string): FoundFile | undefined {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : { path, size: Number(stat.size), mtimeNs: stat.mtimeNs.toString() };
  } catch {
    return unseen(path);
  }
}

/** Something that cannot be looked at: reading it fails as well, and says why. */
function unseen(path: string): FoundFile {
  return { path, size: 0, mtimeNs: "0" };
}

/** Folders by the dozen; a list of names is a request of its own. */
function* inGroups(parts: readonly FolderPart[]): Iterable<FolderPart[]> {
  let group: FolderPart[] = [];
  for (const part of parts) {
    if (part.names !== undefined) {
      yield [part];
      continue;
    }
    group.push(part);
    if (group.length < PARTS_PER_REQUEST) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function keyOf(parts: readonly FolderPart[]): string {
  const hash = createHash("sha1");
  for (const { folder, names } of parts) hash.update(`${folder}\0${names?.join("\0") ?? ""}\0`);
  return hash.digest("base64url");
}
