import { subscribe } from "node:diagnostics_channel";
import type { Worker } from "node:worker_threads";
import { afterAll } from "vitest";
import { originsOf, traceHandles } from "./trace-handles.ts";

/** Vitest's own: the channel to the main process, its streams, and the file reads of its module runner. */
const ours = new Set(["FSReqCallback", "FSReqPromise", "PipeWrap", "TTYWrap", "CloseReq"]);
const patienceMs = 2_000;

const workers = new Set<Worker>();
subscribe("worker_threads", (message) => track((message as { readonly worker: Worker }).worker));

const tracing = process.env["JOB_ORCH_TRACE_HANDLES"] !== undefined;
if (tracing) traceHandles();
const before = open();

/**
 * Fails a test file that leaves something running: a server, a socket, a timer, a worker, a child process. Registered by
 * the first setup file, so it runs after every hook of the test file. What is closing gets a moment to finish.
 * With `JOB_ORCH_TRACE_HANDLES=1` the failure says where each was opened.
 */
afterAll(async () => {
  const deadline = Date.now() + patienceMs;
  while (leftOver().length > 0 && Date.now() < deadline) {
    await new Promise<void>((resolve) => void setTimeout(resolve, 5));
  }
  const left = leftOver();
  if (left.length === 0) return;
  const hint = tracing ? originsOf(left.map(({ kind }) => kind)) : " (JOB_ORCH_TRACE_HANDLES=1 says where they were opened)";
  throw new Error(`Left open after this test file: ${left.map(({ kind, count }) => `${count} × ${kind}`).join(", ")}${hint}`);
});

interface Left {
  readonly kind: string;
  readonly count: number;
}

function leftOver(): readonly Left[] {
  const left = [...open()].map(([kind, count]) => ({ kind, count: count - (before.get(kind) ?? 0) }));
  return left.filter(({ count }) => count > 0);
}

/** How many resources of each kind keep this process alive; threads count although they do not have to. */
function open(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!ours.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  if (workers.size > 0) counts.set("Worker", workers.size);
  return counts;
}

function track(worker: Worker): void {
  workers.add(worker);
  worker.once("exit", () => workers.delete(worker));
}
