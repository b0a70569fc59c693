import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** All files below `folder` whose name ends in `ending`, sorted; nothing from `node_modules` or `dist`; none when there is no such folder. */
export function filesIn(folder: string, ending: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" || entry.name === "dist" ? [] : filesIn(path, ending);
      return entry.name.endsWith(ending) ? [path] : [];
    });
}
