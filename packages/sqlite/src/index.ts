export type { SqliteCapabilities } from "./capabilities.ts";
export type { RetentionOptions, SqliteOptions } from "./options.ts";
export type { Groups } from "./groups.ts";
export { sendTx } from "./send-request-tx.ts";
export type { SendTx } from "./send-tx.ts";
export { sqlite, type SqliteTransport } from "./sqlite-transport.ts";
