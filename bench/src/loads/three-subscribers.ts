import type { ResponseMessage } from "@job-orch/core";
import type { Observable } from "rxjs";
import { mustEqual } from "./checks.ts";

/** Three subscribers of different shape to a stream of numbered responses, and what they saw. */
export class ThreeSubscribers {
  /** Messages that the last one saw. */
  seen = 0;
  #sum = 0;
  #idLength = 0;

  constructor(stream: Observable<ResponseMessage<number>>) {
    stream.subscribe(({ result }) => {
      this.#sum += result.ok ? result.value : 0;
    });
    stream.subscribe({ next: ({ id }) => void (this.#idLength += id.length) });
    stream.subscribe(() => this.seen++);
  }

  /** Errors: `WrongCount` unless all three saw messages 0 to `total` − 1 with ids of that length. */
  mustHaveSeen(total: number, idLength: number): void {
    mustEqual("messages seen", total, this.seen);
    mustEqual("sum of the values seen", (total * (total - 1)) / 2, this.#sum);
    mustEqual("length of the ids seen", total * idLength, this.#idLength);
  }
}
