/**
 * What a caller may rely on, declared once per transport and frozen. Core branches on these and on nothing else; asking
 * for an absent one fails at compile time, and with `ERR_UNSUPPORTED` at run time before anything is sent.
 */
export interface Capabilities {
  /** What an accepted frame survives: nothing, death of the process, of the machine, or of a replica. */
  readonly durable: "none" | "process" | "machine" | "replicated";
  /** Send order kept for one receiver of a channel, per `orderKey` among many receivers (which includes the former), or not at all. */
  readonly ordered: false | "channel" | "key";
  /** Frames may be sent for later (`options.dueMs`). Without it core keeps retry delays itself. */
  readonly delay: boolean;
  /** Levels 0 to 9, 9 first, no level starves. */
  readonly priority: boolean;
  /** The store drops or replaces frames with an equal key (`options.dedupe`). */
  readonly dedupe: boolean;
  /** Named groups of a broadcast channel keep frames while nobody listens. */
  readonly groups: boolean;
  readonly replay: boolean;
  /**
   * When a delivery nobody settles comes back to another receiver.
   * `delivery`: after `leaseMs` unless extended. `process`: when the process that holds it is dead, within 5 s, however
   * long it holds it while alive. `false`: only when its receiver is disposed or its connection ends.
   */
  readonly lease: false | "delivery" | "process";
  /** A settlement and its `sends` are one step: all or nothing. */
  readonly transactional: boolean;
  /** Units: bytes of `Frame.body`. Larger frames are refused at `send` (`ERR_TOO_LARGE`). `Infinity` where there is no body in bytes. */
  readonly maxFrameBytes: number;
  /** How far apart two ends of a channel may be. */
  readonly scope: "process" | "host" | "network";
  /** `reference`: `Frame.body` is the value itself. `clone`: the value, structured-cloned. `bytes`: a `Uint8Array` made by the codec. */
  readonly wire: "reference" | "clone" | "bytes";
}
