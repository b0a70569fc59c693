export { actors } from "./actors.ts";
export type { ActorCallOptions, Actors, AskOptions, TellOptions } from "./actors-processor.ts";
export { ActorStoppedError, DeadlockError, HostLostError, SnapshotError } from "./errors.ts";
export type { ActorEvents, DeadLetter, Directive } from "./events.ts";
export type { ActorsOptions } from "./options.ts";
