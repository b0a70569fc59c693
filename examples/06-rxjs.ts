/** Responses as an rxjs observable, and an observable as the source of requests. */
import { job, processor, start } from "@job-orch/core";
import { fromObservable, memory, toObservable } from "@job-orch/memory";
import { bufferCount, from, map, take } from "rxjs";

const transport = memory();
const double = processor(job<number, number>()({ name: "double", run: (n) => n * 2 }), { transport });
const responses = await double.responseReceiver();
const running = start(double);

const printed = new Promise<void>((resolve) => {
  toObservable(responses)
    .pipe(
      map(({ result }) => (result.ok ? result.value : 0)),
      bufferCount(3),
      take(2),
    )
    .subscribe({ next: (three) => console.log(three.join(" ")), complete: resolve });
});

const numbers = from([1, 2, 3, 4, 5, 6]).pipe(map((request) => ({ id: `n${request}`, request })));
await fromObservable(numbers, double.requestSender());
await printed;

await responses[Symbol.asyncDispose]();
await running.stop();
await double.close();

// Prints:
// 2 4 6
// 8 10 12
