import { readFileSync } from "node:fs";

/** Zombies of a dead parent are reaped by init; one that waits for that is dead all the same. */
export function isAlive(pid: number): boolean {
  const fields = fieldsOf(pid);
  return fields !== undefined && fields[0] !== "Z";
}

/** What follows a program's name: state, parent, group. Source: proc(5) */
export function fieldsOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
