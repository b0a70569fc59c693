export type { Clause, ConformanceJob } from "./clause.ts";
export { workerClauses } from "./clauses/clauses.ts";
export { workerConformanceCommand } from "./command.ts";
export { type ClauseOutcome, runWorkerClauses, type WorkerRun } from "./run-clauses.ts";
export type { Ended, Said, Subject, SubjectOptions } from "./subject.ts";
