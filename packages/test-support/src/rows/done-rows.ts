import { job, type RunContext } from "@job-orch/core";
import { QuotaError } from "../deeds/deed.ts";
import { KINDS, type RowRequest, type Told } from "./row.ts";

const told = new Map<string, Told>();

/** The yielding job as its workers have it. Returns how many items it yielded. */
export const doneRows = job<RowRequest, AsyncGenerator<unknown, number, void>>()({
  name: "rows",
  errors: [QuotaError],
  run: (request, _resources, context) => done(request, context),
});

async function* done(request: RowRequest, context: RunContext): AsyncGenerator<unknown, number, void> {
  switch (request.do) {
    case "count":
      for (let made = 0; made < request.to; made++) yield made;
      return request.to;
    case "watched":
      return yield* watched(request, context);
    case "tell":
      yield told.get(request.of) ?? { made: 0, closed: 0, aborted: false };
      return 1;
    case "break":
      for (let made = 0; made < request.after; made++) yield made;
      if (request.how === "throw") throw new QuotaError(`after ${request.after}`);
      if (request.how === "exit") process.exit(3);
      if (request.how === "function") yield { list: [() => undefined] };
      else await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
      return request.after;
    case "cling":
      try {
        yield "held";
      } finally {
        await new Promise(() => undefined);
      }
      return 1;
    case "kinds":
      yield* KINDS;
      return KINDS.length;
    case "swell":
      for (let chars = request.fromChars; ; chars *= 2) yield "x".repeat(chars);
    case "bytes":
      for (const length of request.lengths) yield Buffer.alloc(length, length);
      return request.lengths.length;
    case "reuse": {
      const row = { at: 0, when: new Date(0) };
      for (; row.at < request.times; row.at++) yield row;
      return request.times;
    }
  }
}

async function* watched(
  { as, to }: { readonly as: string; readonly to: number },
  { signal }: RunContext,
): AsyncGenerator<number, number, void> {
  const note = (news: Partial<Told>): void => void told.set(as, { made: 0, closed: 0, aborted: false, ...told.get(as), ...news });
  try {
    for (let made = 0; made < to; made++) {
      note({ made: made + 1 });
      yield made;
    }
    return to;
  } finally {
    note({ closed: (told.get(as)?.closed ?? 0) + 1, aborted: signal.aborted });
  }
}
