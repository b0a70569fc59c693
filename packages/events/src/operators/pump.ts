import type { LoanReceive, MpSend, RequestMessage } from "@job-orch/core";
import { checkMembers, checkSignal, idSource, isPromise, whole } from "@job-orch/core/substrate";
import { systemEnvironment } from "@job-orch/core";
import type { ProcessorTarget } from "@job-orch/timers";

export interface PumpOptions<Message, Request> {
  /** Makes the request of a message. */
  readonly request: (message: Message) => Request;
  /**
   * The id of its request, made of the message alone, so that a message which comes again has the same one; on a transport
   * that dedupes it is also the key. Default: made up, so that what comes again after a crash runs again.
   */
  readonly id?: (message: Message) => string;
  /** How long a key is remembered, on transports that dedupe. Units: milliseconds. Default 1 hour. */
  readonly dedupeWindowMs?: number;
  /** How many are sent at once. Range: integer 1 to 10,000. Default 64. */
  readonly most?: number;
  /** Aborted: stops, when what is being sent was accepted. */
  readonly signal?: AbortSignal;
}

/**
 * Sends what a receiver gives to a processor, and only then lets it go.
 *
 * Promise: resolves at the end of the receiver, or on abort. Rejects with the first send that failed, or with what broke
 *          the receiver: what was not accepted is not done with. It does not dispose the receiver.
 */
export async function pump<Message, Request>(
  receiver: Pick<LoanReceive<Message>, "receiveLoans">,
  to: MpSend<RequestMessage<Request>> | ProcessorTarget<Request>,
  options: PumpOptions<Message, Request>,
): Promise<void> {
  checkMembers("receiver", receiver, ["receiveLoans"], "what events(…) gives");
  checkMembers("options", options, ["request"], "an object with a function request");
  checkSignal(options.signal);
  const most = whole("most", options.most ?? 64, 1, 10_000);
  const send = toSend(to, options.dedupeWindowMs ?? 3_600_000);
  const receive = options.signal === undefined ? {} : { signal: options.signal };
  for (;;) {
    const got = receiver.receiveLoans(most, receive);
    const loans = isPromise(got) ? await got : got;
    if (loans.length === 0) return;
    const sent = loans.map(async ({ message, done }) => {
      await send(options.id?.(message), options.request(message));
      done();
    });
    const failed = (await Promise.allSettled(sent)).find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

type Send = (id: string | undefined, request: unknown) => Promise<unknown>;

function toSend(to: MpSend<RequestMessage<never>> | ProcessorTarget<never>, windowMs: number): Send {
  checkMembers("to", to, ["send"], "a processor, or what sends to one");
  if (!("transport" in to)) {
    const { send } = to as MpSend<RequestMessage<unknown>>;
    const nextId = idSource(systemEnvironment);
    return (id, request) => send({ id: id ?? nextId(), request });
  }
  const send = to.send as unknown as (request: unknown, options?: object) => Promise<string>; // which options it takes was looked up
  const { dedupe } = to.transport.capabilities;
  return (id, request) => {
    if (id === undefined) return send(request);
    return send(request, dedupe ? { id, dedupeKey: id, dedupe: { scope: "window", windowMs } } : { id });
  };
}
