import { OptionError } from "@job-orch/core";
import { safeString } from "@job-orch/core/substrate";
import { isTypedArray } from "../typed-array.ts";
import { AsyncSource } from "./async-source.ts";
import { readerIterator } from "./reader-iterator.ts";
import type { Source } from "./source.ts";
import { SyncSource } from "./sync-source.ts";
import { ViewSource } from "./view-source.ts";

/** Errors: `ERR_OPTION` when nothing can be taken from it. */
export function openSource(from: unknown): Source {
  if (isTypedArray(from)) return new ViewSource(from);
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async, getReader } = from as Partial<Foreign>;
  if (typeof getReader === "function") return new AsyncSource(readerIterator(from as ReadableStream<unknown>), undefined);
  if (typeof async === "function") return new AsyncSource(async.call(from), destroyerOf(from));
  if (typeof sync === "function") return new SyncSource(sync.call(from), Array.isArray(from) ? from : undefined);
  throw notASource(from);
}

/** For callers without types, before anything begins. */
export function checkSource(from: unknown): void {
  if (from === null || from === undefined) throw notASource(from);
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async, getReader } = Object(from) as Partial<Foreign>;
  if ([sync, async, getReader].every((member) => typeof member !== "function")) throw notASource(from);
}

type ReadableStream<Item> = Parameters<typeof readerIterator<Item>>[0];

interface Foreign {
  readonly [Symbol.iterator]: () => Iterator<unknown>;
  readonly [Symbol.asyncIterator]: () => AsyncIterator<unknown>;
  readonly getReader: () => unknown;
}

/** A Node stream's iterator does not end while it waits for data; the stream itself does. */
function destroyerOf(from: unknown): (() => void) | undefined {
  const { destroy } = from as { readonly destroy?: unknown };
  return typeof destroy === "function" && typeof (from as { readonly pipe?: unknown }).pipe === "function"
    ? () => (destroy as () => void).call(from)
    : undefined;
}

function notASource(from: unknown): OptionError {
  return new OptionError(
    `parallel(…) takes an iterable, an async iterable, a stream or a typed array, but it was given ${safeString(from).slice(0, 40)}`,
  );
}
