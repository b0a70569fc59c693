import { channel } from "node:diagnostics_channel";

/**
 * What telemetry subscribes to with `node:diagnostics_channel`; free while nobody does.
 *
 * Shape: `job-orch:event` publishes every processor event as `{ name, …event }`.
 *        `job-orch:receive` publishes `{ processor, count }` per batch taken, `job-orch:settle` `{ processor, count }` per batch settled.
 * Source: https://nodejs.org/api/diagnostics_channel.html
 */
export const hooks = {
  event: channel("job-orch:event"),
  receive: channel("job-orch:receive"),
  settle: channel("job-orch:settle"),
};
