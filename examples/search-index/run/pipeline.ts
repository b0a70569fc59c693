import { filter, flatMap, pipe, processor, shared } from "@job-orch/core";
import type { TermHost } from "../hosts/term-host.ts";
import { indexJob } from "../jobs/index.ts";
import { getRead, readJob } from "../jobs/read.ts";
import type { FoundFile, ReadResponse, TermedFile, TextFile, WalkRequest, WalkResponse } from "../jobs/shapes.ts";
import { TextShelf } from "../jobs/text-shelf.ts";
import { tokeniseJob } from "../jobs/tokenise.ts";
import { walkJob } from "../jobs/walk.ts";
import type { FileIndex } from "../store/file-index.ts";
import { filesOf } from "../store/paths.ts";
import { FlowGate } from "./flow-gate.ts";
import type { Tally } from "./tally.ts";
import { watched } from "./watched.ts";
import type { Workplace } from "./workplace.ts";

export const STAGES = ["walk", "read", "tokenise", "index"] as const;
export type StageName = (typeof STAGES)[number];

/** In its channels' names, so a later run goes on with what this one leaves. */
const PIPELINE = "search-index";
/** How long a part of a scan is remembered, so that it is not walked twice. Units: milliseconds. */
const SCAN_MEMORY_MS = 24 * 60 * 60 * 1000;

/** The channels that hold what a stage has yet to do, in the order in which work flows through them. */
export const CHANNELS: readonly { readonly stage: StageName; readonly channel: string }[] = [
  { stage: "walk", channel: "walk" },
  { stage: "walk", channel: `pipe.${PIPELINE}.walk` },
  { stage: "read", channel: "read" },
  { stage: "tokenise", channel: `pipe.${PIPELINE}.read` },
  { stage: "tokenise", channel: "tokenise" },
  { stage: "index", channel: `pipe.${PIPELINE}.tokenise` },
  { stage: "index", channel: "index" },
  { stage: "index", channel: `pipe.${PIPELINE}.index` },
];

/** A store that cannot be written (the disk is full) is no fault of a file: about two minutes to make room. */
const RETRY = { attempts: 30, backoff: { kind: "exponential", baseMs: 100, maxMs: 5_000 } } as const;

/** `walk → read → tokenise → index`, each a processor on the same SQLite file. */
export type SearchPipeline = ReturnType<typeof searchPipeline>;

export function searchPipeline(
  { transport, dbPath, index }: Pick<Workplace, "transport" | "dbPath" | "index">,
  tally: Tally,
  host: Pick<TermHost, "count">,
) {
  const further = async (request: WalkRequest, key: string): Promise<void> => {
    await pipeline.send(request, { dedupeKey: key, dedupe: { scope: "window", windowMs: SCAN_MEMORY_MS } });
  };
  const walk = processor(
    watched(walkJob, (found) => tally.walked(found)),
    {
      transport,
      concurrency: 2,
      resources: shared({ index, ownFiles: new Set(filesOf(dbPath)), further }),
      retry: RETRY,
    },
  );
  const resources = { index, texts: new TextShelf() };
  const read = processor(
    watched(readJob, (file) => onRead(file)),
    {
      transport,
      concurrency: 32,
      resources: shared(resources),
      retry: RETRY,
    },
  );
  const tokenise = processor(
    watched(tokeniseJob, (file) => onTokenised(file)),
    { transport, concurrency: 32, resources: shared({ ...resources, count: host.count }), retry: RETRY },
  );
  const write = processor(
    watched(indexJob, ({ change }, { path }) => tally.indexed(change, path)),
    {
      transport,
      concurrency: 256,
      resources: shared({ index }),
      retry: RETRY,
    },
  );

  const gate = new FlowGate({ walk, read });
  const onRead = (file: ReadResponse): void => {
    tally.read(file);
    if (file.state === "text") gate.fileRead();
  };
  const onTokenised = ({ tokens }: TermedFile): void => {
    tally.tokens += tokens;
    gate.fileTokenised();
  };

  const pipeline = pipe(walk, flatMap(unanswered(index, tally)), read, filter(isText), tokenise, write).named(PIPELINE);
  const close = async (): Promise<void> => {
    await pipeline.close();
    await Promise.all([walk.close(), read.close(), tokenise.close(), write.close()]);
  };
  return { pipeline, gate, close };
}

/** Asks the cache before anything is sent, as a caller does; the processor asks again before it reads. */
function unanswered(index: FileIndex, tally: Tally): (found: WalkResponse) => readonly FoundFile[] {
  return ({ files }) =>
    files.filter((file) => {
      const answer = getRead(file, { index });
      if (answer !== undefined) tally.cached++;
      return answer === undefined && !index.wasRefused(file);
    });
}

function isText(file: ReadResponse): file is TextFile {
  return file.state === "text";
}
