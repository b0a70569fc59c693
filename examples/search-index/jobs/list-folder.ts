import { type Dirent, readdirSync, statSync } from "node:fs";

/** What is in a folder, by kind. */
export interface Listing {
  /** Names of files, and of links that lead nowhere: reading those shows why. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Links that lead somewhere, pipes, sockets and devices: what a link leads to is found where it is. */
  readonly passedBy: number;
}

/**
 * Lists a folder. Links are not followed, so there are no loops and no file twice.
 *
 * Errors: those of the file system.
 */
export function listFolder(folder: string, join: (name: string) => string): Listing {
  const files: string[] = [];
  const folders: string[] = [];
  let passedBy = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isFile() || leadsNowhere(entry, join)) files.push(entry.name);
    else passedBy++;
  }
  return { files, folders, passedBy };
}

function leadsNowhere(entry: Dirent, join: (name: string) => string): boolean {
  if (!entry.isSymbolicLink()) return false;
  try {
    return statSync(join(entry.name), { throwIfNoEntry: false }) === undefined;
  } catch {
    return true; // a loop of links, or no right to look
  }
}
