import type { WireError } from "@job-orch/core";
import { fromWireError } from "@job-orch/core/substrate";
import { Kind, kindOf, slotOf, TEXT } from "../wire/frames.ts";
import type { Member } from "./member.ts";
import type { Task } from "./task.ts";

export interface RepliesOptions {
  /** A request ended with an answer: it is told next. */
  readonly onAnswered: (task: Task) => void;
  /** A worker had it and did not begin it. */
  readonly onHandedBack: (task: Task) => void;
}

/** Reads what workers say of their requests. */
export class Replies {
  readonly #options: RepliesOptions;
  /** Handed back in the batch that is being read. */
  readonly #handedBack: Task[] = [];

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /** Whether anything was handed back. Throws on what nobody can understand; what came before it counts. */
  read(member: Member, batch: readonly unknown[]): boolean {
    try {
      for (let at = 2; at < batch.length; at += 2) this.#message(member, batch[at] as number, batch[at + 1]);
    } catch (error) {
      this.#handBack();
      throw error;
    }
    return this.#handBack();
  }

  #handBack(): boolean {
    if (this.#handedBack.length === 0) return false;
    // The last one first: each goes before all others.
    for (let task = this.#handedBack.pop(); task !== undefined; task = this.#handedBack.pop()) this.#options.onHandedBack(task);
    return true;
  }

  #message(member: Member, head: number, body: unknown): void {
    const slot = slotOf(head);
    const kind = kindOf(head);
    if (kind === Kind.Ok || kind === Kind.Error) return this.#answer(member, kind, slot, valueOf(head, body));
    if (kind === Kind.Skipped) {
      const task = member.release(slot);
      if (task !== undefined && task !== false) this.#handedBack.push(task);
      return;
    }
    if (kind === Kind.Begun) return member.noteBegun(slot, body !== false);
    const task = member.tasks[slot];
    if (task !== undefined) task.owner.said(task, kind, valueOf(head, body));
  }

  /** The value is read before anything is let go: what cannot be read ends the worker, which settles its request. */
  #answer(member: Member, kind: number, slot: number, value: unknown): void {
    const task = member.release(slot);
    if (task === undefined || task === false) return;
    this.#options.onAnswered(task);
    if (kind === Kind.Ok) task.owner.succeeded(task, value);
    else task.owner.failed(task, fromWireError(value as WireError, task.owner.errors));
  }
}

function valueOf(head: number, body: unknown): unknown {
  return (head & TEXT) === 0 ? body : JSON.parse(body as string);
}
