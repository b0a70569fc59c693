import type { Clause } from "../clause.ts";
import { caching } from "./api/caching.ts";
import { cancelling } from "./api/cancel.ts";
import { chains } from "./api/chains.ts";
import { concurrency } from "./api/concurrency.ts";
import { correlation } from "./api/correlation.ts";
import { errors } from "./api/errors.ts";
import { gates } from "./api/gates.ts";
import { poison } from "./api/poison.ts";
import { retries } from "./api/retries.ts";
import { shutdown } from "./api/shutdown.ts";
import { timeouts } from "./api/timeouts.ts";
import { tracing } from "./api/tracing.ts";
import { values } from "./api/values.ts";
import { backpressure } from "./spi/backpressure.ts";
import { broadcast } from "./spi/broadcast.ts";
import { claims } from "./spi/claims.ts";
import { dedupe } from "./spi/dedupe.ts";
import { delay } from "./spi/delay.ts";
import { groups } from "./spi/groups.ts";
import { inspect } from "./spi/inspect.ts";
import { lease } from "./spi/lease.ts";
import { lifecycle } from "./spi/lifecycle.ts";
import { limits } from "./spi/limits.ts";
import { order } from "./spi/order.ts";
import { priority } from "./spi/priority.ts";
import { restarting } from "./spi/restart.ts";
import { send } from "./spi/send.ts";
import { settle } from "./spi/settle.ts";
import { transactional } from "./spi/transactional.ts";
import { work } from "./spi/work.ts";

/** Every promise, in the order of the guarantees table. */
export const clauses: readonly Clause[] = [
  ...claims,
  ...send,
  ...work,
  ...broadcast,
  ...groups,
  ...order,
  ...settle,
  ...lease,
  ...delay,
  ...priority,
  ...dedupe,
  ...backpressure,
  ...limits,
  ...transactional,
  ...restarting,
  ...lifecycle,
  ...inspect,
  ...retries,
  ...poison,
  ...cancelling,
  ...timeouts,
  ...errors,
  ...values,
  ...concurrency,
  ...shutdown,
  ...caching,
  ...correlation,
  ...chains,
  ...tracing,
  ...gates,
];
