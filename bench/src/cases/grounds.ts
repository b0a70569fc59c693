import type { Ground } from "../harness/case.ts";

/** The grounds by name, each loaded when it is asked for: what one needs, another may not have. */
export const grounds: Readonly<Record<string, () => Promise<Ground>>> = {
  inprocess: async () => (await import("./inprocess/inprocess.ts")).inprocess,
  threads: async () => (await import("./threads/threads.ts")).threadsGround,
  processes: async () => (await import("./processes/processes.ts")).processesGround,
  streams: async () => (await import("./streams/streams.ts")).streams,
  timers: async () => (await import("./timers/timers.ts")).timers,
  sqlite: async () => (await import("./sqlite/sqlite.ts")).sqlite,
  router: async () => (await import("./router/router.ts")).routerGround,
  actors: async () => (await import("./actors/actors.ts")).actorsGround,
};
