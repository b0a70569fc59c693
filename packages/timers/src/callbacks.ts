/** Called back once with the value it was armed with. It should not take long: others wait behind it. */
export type TimerCallback<Value = unknown> = (value: Value) => void;

/** Hears what a callback threw. Default: it is thrown where nobody catches it, as from `setTimeout`; other timers are not harmed. */
export type OnTimerError = (error: unknown) => void;

/** How many timers are fired before timers and I/O of others have a turn. */
export const MOST_PER_TURN = 512;

export function fire(callback: TimerCallback, value: unknown, onError: OnTimerError): void {
  try {
    callback(value);
  } catch (error) {
    report(error, onError);
  }
}

export function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function report(error: unknown, onError: OnTimerError): void {
  try {
    onError(error);
  } catch (second) {
    throwUncaught(second);
  }
}
