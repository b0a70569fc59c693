import type { HostedProcessor, SendOptions } from "@job-orch/core";
import type { DatabaseSync } from "node:sqlite";
import type { SqliteTransport } from "./sqlite-transport.ts";

/**
 * Sends a request inside the transaction that is open on the caller's own connection to the transport's file: the request
 * exists when that commits, and never did when it rolls back.
 *
 * Promise: resolves with the request's id. It is stored when the caller commits.
 * Range:   something was sent or received over the transport before, so that the file has its tables.
 * Errors:  as `send`, and `ERR_OPTION` when no transaction is open or the connection is to another file.
 *
 * @example
 * db.exec("begin immediate");
 * db.prepare("insert into orders values (?)").run(order.id);
 * await sendTx(db, shipping, { order: order.id });
 * db.exec("commit");
 */
export async function sendTx<Request, Response, Resources>(
  db: DatabaseSync,
  processor: HostedProcessor<Request, Response, Resources, SqliteTransport>,
  request: Request,
  options?: SendOptions<SqliteTransport>,
): Promise<string> {
  const frame = await processor.toFrame(request, options);
  processor.transport.enqueue(db, { name: processor.name, mode: "work" }, [frame]);
  return frame.id;
}
