import { readFileSync, readlinkSync } from "node:fs";

/** Which process an owner row belongs to. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process began, in the machine's own terms; empty where that cannot be read. */
  readonly started: string;
  /** Process ids mean something only inside one namespace; empty where there are none. */
  readonly namespace: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: statusOf(process.pid)?.started ?? "", namespace: ownNamespace() };
}

/**
 * Whether the process is certainly gone, looked up on this machine. `false` also when it cannot be known: then its beat tells.
 *
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function isGone({ pid, started, namespace }: ProcessIdentity): boolean {
  if (namespace !== ownNamespace()) return false; // another container: its ids are not ours
  if (started === "") return !answers(pid);
  const status = statusOf(pid);
  return status === undefined || status.started !== started || status.state === "Z" || status.state === "X";
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** `undefined`: there is no such process, or no `/proc`. */
function statusOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name in parentheses may hold anything
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

function ownNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
