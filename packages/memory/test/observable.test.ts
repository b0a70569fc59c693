import { ClosedError, type BatchReceive, type McReceive, type MpSend } from "@job-orch/core";
import { turns } from "@job-orch/test-support";
import { from, lastValueFrom, map, NEVER as SILENCE, Observable, Subject, take, throwError, toArray } from "rxjs";
import { expect, test } from "vitest";
import { fromObservable, toObservable } from "../src/index.ts";

/** A receiver over an array that tests fill; `batches` tells how it is asked. */
function source<Message>(batched: boolean) {
  const messages: Message[] = [];
  let wake: (() => void) | undefined;
  let closed: Error | undefined;
  const state = { pulls: 0, waiting: 0 };
  const wait = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      state.waiting++;
      const done = (): void => {
        state.waiting--;
        wake = undefined;
        signal?.removeEventListener("abort", done);
        resolve();
      };
      wake = done;
      signal?.addEventListener("abort", done);
    });
  const receive: McReceive<Message>["receive"] = async ({ signal } = {}) => {
    state.pulls++;
    for (;;) {
      signal?.throwIfAborted();
      if (closed !== undefined) throw closed;
      if (messages.length > 0) return messages.shift() as Message;
      await wait(signal);
    }
  };
  const receiveBatch: BatchReceive<Message>["receiveBatch"] = (max, { signal } = {}) => {
    state.pulls++;
    if (messages.length > 0) return messages.splice(0, max);
    return (async () => {
      await wait(signal);
      return closed !== undefined || signal?.aborted ? [] : messages.splice(0, max);
    })();
  };
  const receiver = { receive, ...(batched ? { receiveBatch } : {}) } as McReceive<Message>;
  return {
    receiver,
    state,
    push: (...more: Message[]): void => {
      messages.push(...more);
      wake?.();
    },
    close: (error: Error): void => {
      closed = error;
      wake?.();
    },
    left: messages,
  };
}

for (const batched of [true, false]) {
  const how = batched ? "in batches" : "one by one";

  test(`every subscriber gets every message, pulled once, ${how}`, async () => {
    const { receiver, push, state } = source<number>(batched);
    const observable = toObservable(receiver);
    const seen: number[][] = [[], [], []];
    const subscriptions = seen.map((list) => observable.subscribe((value) => list.push(value)));
    push(1, 2, 3);
    await turns();
    push(4);
    await turns();
    expect(seen).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(state.pulls).toBe(batched ? 3 : 5); // and one that waits
    for (const subscription of subscriptions) subscription.unsubscribe();
    await turns();
    expect(state.waiting).toBe(0);
  });

  test(`a subscriber that leaves early leaves the rest to the next one, ${how}`, async () => {
    const { receiver, push } = source<number>(batched);
    push(1, 2, 3, 4, 5);
    expect(await lastValueFrom(toObservable(receiver).pipe(take(2), toArray()))).toEqual([1, 2]);
    expect(await lastValueFrom(toObservable(receiver).pipe(take(3), toArray()))).toEqual([3, 4, 5]);
  });

  test(`nothing is pulled before the first subscriber and after the last one, ${how}`, async () => {
    const { receiver, push, state, left } = source<number>(batched);
    const observable = toObservable(receiver);
    push(1);
    await turns();
    expect(state.pulls).toBe(0);
    const subscription = observable.subscribe();
    await turns();
    subscription.unsubscribe();
    await turns();
    push(2);
    await turns();
    expect(left).toEqual([2]);
  });

  test(`it completes when the receiver is disposed, ${how}`, async () => {
    const { receiver, push, close } = source<number>(batched);
    const all = lastValueFrom(toObservable(receiver).pipe(toArray()));
    push(1);
    await turns();
    close(new ClosedError("disposed"));
    expect(await all).toEqual([1]);
  });
}

test("it errors when receiving breaks", async () => {
  const { receiver, close } = source<number>(false);
  const all = lastValueFrom(toObservable(receiver));
  await turns();
  close(new RangeError("broken"));
  await expect(all).rejects.toThrow(RangeError);
});

test("operators compose, and a subscriber may unsubscribe another in between", async () => {
  const { receiver, push } = source<number>(true);
  const observable = toObservable(receiver);
  const doubled: number[] = [];
  const second = observable.pipe(map((value) => value * 2)).subscribe((value) => doubled.push(value));
  const first = observable.subscribe((value) => value === 2 && second.unsubscribe());
  push(1, 2, 3);
  await turns();
  expect(doubled).toEqual([2, 4]);
  first.unsubscribe();
});

test("a flood does not keep timers from running", async () => {
  const { receiver } = source<number>(true);
  const endless = { ...receiver, receiveBatch: () => [1, 2, 3] } as McReceive<number>;
  let heard = 0;
  const subscription = toObservable(endless).subscribe(() => void heard++);
  for (let timers = 0; timers < 3; timers++) {
    const before = heard;
    await new Promise((resolve) => void setTimeout(resolve));
    expect(heard).toBeGreaterThan(before);
  }
  subscription.unsubscribe();
});

/** A sender that keeps what it was given until the test lets it through. */
function sink() {
  const sent: number[] = [];
  const open: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let most = 0;
  const sender: MpSend<number> = {
    send: (value, options) => {
      sent.push(value);
      return new Promise((resolve, reject) => {
        open.push({ resolve, reject });
        most = Math.max(most, open.length);
        options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
      });
    },
  };
  return { sender, sent, open, most: () => most };
}

test("every value is sent in order, no more at once than the concurrency, and then it resolves", async () => {
  const { sender, sent, open, most } = sink();
  const done = fromObservable(from([1, 2, 3, 4, 5]), sender, { concurrency: 2 });
  let over = false;
  void done.then(() => (over = true));
  for (let index = 0; index < 5; index++) {
    expect(over).toBe(false);
    open.shift()?.resolve();
    await turns();
  }
  await done;
  expect(sent).toEqual([1, 2, 3, 4, 5]);
  expect(most()).toBe(2);
});

test("an Observable that runs too far ahead is given up", async () => {
  const { sender, open } = sink();
  const values = new Subject<number>();
  const done = fromObservable(values, sender, { concurrency: 1, buffer: 2 });
  for (let index = 0; index < 4; index++) values.next(index);
  expect(values.observed).toBe(false);
  open[0]?.resolve();
  await expect(done).rejects.toMatchObject({ code: "ERR_SEND", retry: "later" });
});

test("a failed send ends it: it unsubscribes, waits for the others, sends nothing more, and rejects with the failure", async () => {
  const { sender, sent, open } = sink();
  const values = new Subject<number>();
  const done = fromObservable(values, sender, { concurrency: 2 });
  for (let index = 0; index < 4; index++) values.next(index);
  let over = false;
  void done.catch(() => (over = true));
  open[1]?.reject(new RangeError("no"));
  await turns();
  expect([over, values.observed]).toEqual([false, false]);
  open[0]?.resolve();
  await expect(done).rejects.toThrow(RangeError);
  expect(sent).toEqual([0, 1]);
});

test("an error of the Observable is passed on", async () => {
  const { sender } = sink();
  await expect(
    fromObservable(
      throwError(() => new RangeError("no")),
      sender,
    ),
  ).rejects.toThrow(RangeError);
});

test("aborting unsubscribes and rejects with the reason", async () => {
  const { sender } = sink();
  const controller = new AbortController();
  let unsubscribed = false;
  const values = new Observable<number>((subscriber) => {
    subscriber.next(1);
    return () => (unsubscribed = true);
  });
  const done = fromObservable(values, sender, { signal: controller.signal });
  controller.abort("enough");
  await expect(done).rejects.toBe("enough");
  expect(unsubscribed).toBe(true);
  await expect(fromObservable(SILENCE, sender, { signal: controller.signal })).rejects.toBe("enough");
});

test("an empty Observable resolves", async () => {
  await fromObservable(from([]), sink().sender);
});
