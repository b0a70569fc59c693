/**
 * A place where actors live: this process, a thread, another process. It works on the messages of one key in the order in
 * which they are sent, as `actors` does.
 */
export interface ActorHost<in Request, out Response> {
  /** What the placement knows it by; the same name gets the same partitions again. */
  readonly id: string;
  /**
   * Works on a message. `begun` is called before the actor sees it: a host that dies then may have had an effect.
   *
   * Units: `epoch` grows each time the partition moves; a host that is asked with an older one than before refuses.
   */
  readonly send: (partition: number, epoch: number, request: Request, begun: () => void) => Promise<Response>;
  /** Stores the states of the partition's actors and lets go of them; called when all their messages have ended. Errors: `ERR_SNAPSHOT`. */
  readonly release: (partition: number, epoch: number) => Promise<void>;
}
