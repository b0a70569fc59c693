import { systemClock } from "../clock.ts";
import type { McReceive } from "../contracts/mc-receive.ts";
import type { ResponseMessage } from "../contracts/messages.ts";
import type { Processor } from "../contracts/processor.ts";
import type { Result } from "../contracts/result.ts";
import { ClosedError, DeadlineError, OptionError } from "../errors/errors.ts";
import { systemEnvironment } from "../environment.ts";
import { Call, toError } from "./call.ts";
import { checkedKey, checkSignal } from "./check-arguments.ts";
import { idSource } from "./ids.ts";
import { duration } from "./options.ts";
import type { Calls } from "./send-receive.ts";

const CALL_TIMEOUT_MS = 30_000;

/** `sendReceive` over a processor that core did not make: one subscription to its broadcast, opened with the first call. */
export function foreignSendReceive<Request, Response>(
  processor: Processor<Request, Response, never>,
): Calls<Request, Response> & AsyncDisposable {
  const nextId = idSource(systemEnvironment);
  const waiting = new Map<string, (result: Result<Response>) => void>();
  let opening: Promise<McReceive<ResponseMessage<Response>>> | undefined;
  let closed = false;

  const listen = async (receiver: McReceive<ResponseMessage<Response>>): Promise<void> => {
    let error: Error = new ClosedError(`The responses of "${processor.name}" ended`);
    try {
      for await (const { id, result } of receiver) waiting.get(id)?.(result);
    } catch (broken) {
      error = broken as Error;
    }
    opening = undefined; // the next call subscribes again
    for (const settle of [...waiting.values()]) settle({ ok: false, error });
  };

  const open = (): Promise<McReceive<ResponseMessage<Response>>> => {
    opening ??= processor.responseReceiver().then(
      (receiver) => {
        void listen(receiver);
        return receiver;
      },
      (error: unknown) => {
        opening = undefined; // the next call tries again
        throw error;
      },
    );
    return opening;
  };

  const refusalOf = (id: string, timeoutMs: number, signal: AbortSignal | undefined): Error | undefined => {
    try {
      duration("timeoutMs", timeoutMs);
      checkSignal(signal);
      if (waiting.has(checkedKey("id", id))) throw new OptionError(`A call with the id "${id}" waits already; ids are used once`);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };

  const sendReceive: Calls<Request, Response>["sendReceive"] = (request, options) =>
    new Promise((resolve) => {
      const id = options?.id ?? nextId();
      const timeoutMs = options?.timeoutMs ?? CALL_TIMEOUT_MS;
      const refused = refusalOf(id, timeoutMs, options?.signal);
      if (refused !== undefined) return resolve({ ok: false, error: refused });
      const finish = (result: Result<Response>): void => {
        if (waiting.get(id) === finish) waiting.delete(id); // another may have come with it since
        timer?.cancel();
        options?.signal?.removeEventListener("abort", abort);
        resolve(result);
      };
      const fail = (error: unknown): void => finish({ ok: false, error: toError(error) });
      const abort = (): void => fail(options?.signal?.reason);
      const timer =
        timeoutMs === Number.POSITIVE_INFINITY
          ? undefined
          : systemClock.after(timeoutMs, () =>
              fail(new DeadlineError(`No response from "${processor.name}" to request "${id}" in time; it may still run`)),
            );
      if (closed) return fail(new ClosedError(`This handle of "${processor.name}" is closed`));
      if (options?.signal?.aborted === true) return abort();
      options?.signal?.addEventListener("abort", abort, { once: true });
      waiting.set(id, finish);
      const message = options?.headers === undefined ? { id, request } : { id, request, headers: options.headers };
      open()
        .then(() => (waiting.get(id) === finish ? processor.requestSender().send(message) : undefined))
        .catch(fail);
    });

  return {
    sendReceive,
    call: (request, options) =>
      new Promise((resolve, reject) => {
        const call = new Call(options?.signal, resolve as (value: unknown) => void, reject);
        void sendReceive(request, options).then((result) => call.settle(result));
      }),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      const receiver = await opening?.catch(() => undefined);
      await receiver?.[Symbol.asyncDispose]();
    },
  };
}
