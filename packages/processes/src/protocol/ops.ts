/** What the host says, by the code of its letter. Source: docs/protocol.md, "Frames". */
export const HOST_OPS = {
  run: 0x52, // R
  meta: 0x4d, // M
  cancel: 0x58, // X
  takeBack: 0x54, // T
  answer: 0x53, // S
  ping: 0x50, // P
  drain: 0x51, // Q
  grant: 0x43, // C
} as const;

/** What the worker says. */
export const WORKER_OPS = {
  hello: 0x48, // H
  response: 0x4b, // K
  failure: 0x45, // E
  begun: 0x42, // B
  item: 0x4e, // N
  progress: 0x47, // G
  log: 0x4c, // L
  ask: 0x41, // A
  taken: 0x54, // T
  pong: 0x4f, // O
  credit: 0x43, // C
} as const;

export type WorkerOp = (typeof WORKER_OPS)[keyof typeof WORKER_OPS];

/** What a side may do beyond running requests. Source: docs/protocol.md, "Capabilities". */
export const CAPS = ["ack", "ask", "bin", "busy", "cancel", "drain", "meta", "ping", "rs", "steal", "stream", "tags"] as const;

export type Cap = (typeof CAPS)[number];

/** Those that change what a worker sends: it may have one only when the host offered it in `LJP_CAPS`. */
export const OFFERED_CAPS: readonly Cap[] = ["ack", "ask", "bin", "rs", "stream", "tags"];
