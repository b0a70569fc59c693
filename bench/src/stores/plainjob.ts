import { DatabaseSync } from "node:sqlite";
import { type Connection, defineQueue, type Queue } from "plainjob";
import { scratchFile } from "./scratch-file.ts";

const nothing = (): void => {};
export const quiet = { error: console.error, warn: nothing, info: nothing, debug: nothing };

/**
 * plainjob over `node:sqlite`: it takes any connection of the shape of better-sqlite3's, whose prebuilt binaries do not
 * come from the npm registry. Every commit is synced, as ours are.
 */
export function openPlainjob(): Queue {
  const db = new DatabaseSync(scratchFile());
  const connection: Connection = {
    driver: "better-sqlite3",
    filename: "",
    pragma: (text) => db.exec(`pragma ${text}`),
    exec: (sql) => db.exec(sql),
    prepare: (sql) => db.prepare(sql) as unknown as ReturnType<Connection["prepare"]>,
    transaction: (work) => {
      const begin = db.prepare("begin immediate");
      const commit = db.prepare("commit");
      const immediate = (...given: unknown[]): unknown => {
        begin.run();
        const returned = work(...given);
        commit.run();
        return returned;
      };
      return Object.assign(immediate, { immediate }) as never;
    },
    close: () => db.close(),
  };
  const queue = defineQueue({ connection, logger: quiet });
  db.exec("pragma synchronous = full"); // it sets `normal` for itself
  return queue;
}
