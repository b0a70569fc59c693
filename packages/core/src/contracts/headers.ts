/**
 * What travels beside a message: short strings such as `traceparent` or a tenant.
 *
 * Range: names that start with `job-orch-` are reserved and refused at `send` (`ERR_OPTION`).
 */
export type Headers = Readonly<Record<string, string>>;
