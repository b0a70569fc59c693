import { type ResponseMessage, UnsupportedError } from "@job-orch/core";
import { checkSignal } from "@job-orch/core/substrate";
import { ResponseFeed } from "./response-feed.ts";

export interface FeedOptions {
  readonly group?: string;
  readonly signal?: AbortSignal;
}

/** All who receive the responses of a pool's job. */
export class ResponseFeeds {
  readonly #name: string;
  readonly #feeds = new Set<ResponseFeed<unknown>>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Errors: `ERR_UNSUPPORTED`; the reason of a signal that is aborted already. */
  open(options: FeedOptions | undefined): ResponseFeed<unknown> {
    checkSignal(options?.signal);
    options?.signal?.throwIfAborted();
    if (options?.group !== undefined)
      throw new UnsupportedError(
        `The pool of "${this.#name}" keeps no responses for groups: host it behind a transport that does, with remote(…)`,
      );
    const feed = new ResponseFeed<unknown>(this.#name, (ended) => this.#feeds.delete(ended));
    this.#feeds.add(feed);
    return feed;
  }

  get isEmpty(): boolean {
    return this.#feeds.size === 0;
  }

  publish(message: ResponseMessage<unknown>): void {
    for (const feed of this.#feeds) feed.push(message);
  }

  close(): void {
    for (const feed of this.#feeds) void feed[Symbol.asyncDispose]();
  }
}
