import { memory, type MemoryTransport } from "@job-orch/memory";
import { expectAssignable, expectError, expectNotAssignable, expectType } from "tsd";
import {
  batch,
  type BatchReceive,
  defineJob,
  fanOut,
  filter,
  flatMap,
  map,
  merge,
  pipe,
  type Pipeline,
  type Processor,
  processor,
  remote,
  type ResponseMessage,
  route,
  sendReceive,
  type StageFailure,
  start,
  tap,
} from "../src/index.ts";

type Memory = MemoryTransport<"none">;
interface Page {
  readonly body: string;
  readonly links: readonly string[];
}
const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string): Page => ({ body: url, links: [] }) }), { transport });
const length = processor(defineJob({ name: "length", run: ({ body }: { readonly body: string }) => body.length }), { transport });
const show = processor(defineJob({ name: "show", run: (value: number) => `${value}` }), { transport });
const index = processor(defineJob({ name: "index", run: (pages: readonly Page[]) => pages.length }), { transport });
const maybe = processor(defineJob({ name: "maybe", run: (value: number): string | undefined => (value > 0 ? "yes" : undefined) }), {
  transport,
});

// One to eight parts.
expectType<Pipeline<string, Page, "fetch", "one", Memory>>(pipe(fetch));
expectType<Pipeline<string, number, "fetch-length", "one", Memory>>(pipe(fetch, length));
expectType<Pipeline<string, string, "fetch-length-show", "one", Memory>>(pipe(fetch, length, show));
expectType<Pipeline<string, string | undefined, "fetch-length-maybe", "one", Memory>>(pipe(fetch, length, maybe));
const plus = map((value: number) => value + 1);
pipe(fetch, length, plus, plus);
pipe(fetch, length, plus, plus, plus);
pipe(fetch, length, plus, plus, plus, plus);
pipe(fetch, length, plus, plus, plus, plus, plus);
expectType<Pipeline<string, string, "fetch-length-show", "one", Memory>>(pipe(fetch, length, plus, plus, plus, plus, plus, show));
expectError(pipe());
expectError(pipe(fetch, length, plus, plus, plus, plus, plus, plus, show));
expectType<Pipeline<string, string, "fetch-length-show", "one", Memory>>(
  pipe(fetch, length, plus, plus, plus, plus, plus, plus).pipe(show),
);

// A mistake at every place.
expectError(pipe(plus));
expectError(pipe(fetch, show));
expectError(pipe(fetch, fetch, show));
expectError(pipe(fetch, length, fetch));
expectError(pipe(fetch, length, show, show));
expectError(pipe(fetch, length, plus, plus, fetch));
expectError(pipe(fetch, length, plus, plus, plus, fetch));
expectError(pipe(fetch, length, plus, plus, plus, plus, fetch));
expectError(pipe(fetch, length, plus, plus, plus, plus, plus, fetch));
expectError(pipe(show, maybe));
expectError(pipe(fetch, 1));
expectError(pipe(fetch, {}));

// Its ends.
const chain = pipe(fetch, length, show);
expectType<Promise<string>>(chain.call("url"));
expectType<Promise<BatchReceive<ResponseMessage<string>>>>(chain.responseReceiver());
expectAssignable<Processor<string, string>>(chain);
expectNotAssignable<Processor<number, string>>(chain);
expectNotAssignable<Processor<string, number>>(chain);
expectError(chain.call(1));
expectError(chain.send(1));
expectError(chain.sendMany([1]));
start(chain);
expectType<Promise<string>>(sendReceive(chain).call("url"));
expectType<"fetch-length-show">(remote(chain).name);

// Nested, and named.
expectType<Pipeline<string, string, "fetch-length-show", "one", Memory>>(pipe(pipe(fetch, length), show));
expectType<Pipeline<string, string, "lengths-show", "one", Memory>>(pipe(pipe(fetch, length).named("lengths"), show));
expectError(pipe(pipe(fetch, length), length));
expectError(pipe(fetch, pipe(show)));

// Operators as parts: each gives the next what it made.
expectType<Pipeline<string, string, "fetch-show", "one", Memory>>(
  pipe(
    fetch,
    map((page: Page) => page.links.length),
    show,
  ),
);
expectType<Pipeline<string, string, "fetch-show", "one", Memory>>(
  pipe(
    fetch,
    map(async (page: Page) => page.links.length),
    show,
  ),
);
expectError(
  pipe(
    fetch,
    map((page: Page) => page.links),
    show,
  ),
);
expectError(
  pipe(
    fetch,
    map((value: number) => value),
    show,
  ),
);
expectType<Pipeline<string, number, "fetch-length", "one", Memory>>(
  pipe(
    fetch,
    tap((page: object) => void page),
    length,
  ),
);
expectType<Pipeline<string, number, "fetch-length", "one", Memory>>(
  pipe(
    fetch,
    filter((page: object) => page !== null),
    length,
  ),
);
expectError(
  pipe(
    fetch,
    tap((value: number) => void value),
    length,
  ),
);
expectError(
  pipe(
    fetch,
    filter((value: number) => value > 0),
    length,
  ),
);
expectError(
  pipe(
    fetch,
    filter((page: Page) => page.body),
    length,
  ),
);
const isText = (value: string | undefined): value is string => value !== undefined;
expectType<Pipeline<number, string, "maybe", "one", Memory>>(pipe(maybe, filter(isText)));
expectType<Pipeline<string, number, "fetch-index", "one", Memory>>(pipe(fetch, batch({ max: 10 }), index));
expectError(pipe(fetch, batch({ max: 10 }), length));
expectError(pipe(fetch, index));
expectError(pipe(fetch, batch({ size: 10 }), index));
expectType<Pipeline<string, Page, "fetch-fetch", "many", Memory>>(
  pipe(
    fetch,
    flatMap((page: Page) => page.links),
    fetch,
  ),
);
expectError(
  pipe(
    fetch,
    flatMap((page: Page) => page.body.length),
    length,
  ),
);
expectError(
  pipe(
    fetch,
    flatMap((page: Page) => page.links),
    length,
  ),
);

// Operators as methods: what comes in is known.
expectType<Pipeline<string, number, "fetch", "one", Memory>>(pipe(fetch).map((page) => expectTypeOf<Page>(page).links.length));
expectType<Pipeline<string, string, "fetch-show", "one", Memory>>(
  pipe(fetch)
    .map((page) => page.links.length)
    .pipe(show),
);
expectType<Pipeline<string, Page, "fetch", "one", Memory>>(pipe(fetch).filter((page) => page.body !== ""));
expectType<Pipeline<number, string, "maybe", "one", Memory>>(pipe(maybe).filter((text) => text !== undefined));
expectType<Pipeline<string, Page, "fetch", "one", Memory>>(pipe(fetch).tap(async (page) => void page.body));
expectType<Pipeline<string, number, "fetch-index", "one", Memory>>(pipe(fetch).batch({ max: 10, lingerMs: 5 }).pipe(index));
expectType<Pipeline<string, string, "fetch", "many", Memory>>(pipe(fetch).flatMap((page) => page.links));
expectType<Pipeline<string, string, "fetch", "many", Memory>>(
  pipe(fetch).flatMap(async function* (page) {
    yield page.body;
  }),
);
expectType<Pipeline<string, Page, "fetch-fetch", "many", Memory>>(
  pipe(fetch)
    .pipe(flatMap((page: Page) => page.links))
    .pipe(fetch),
);
expectError(pipe(fetch).map((page) => page.title));
expectError(
  pipe(fetch)
    .map((page) => page.body)
    .pipe(length),
);
expectError(pipe(fetch).pipe(show));
expectError(pipe(fetch).flatMap((page) => page.body.length));
expectError(pipe(fetch).batch({}));

// One request with many answers cannot be called.
const many = pipe(fetch).flatMap((page) => page.links);
expectType<"many">(many.answers);
expectError(many.call("url"));
expectError(many.sendReceive("url"));
expectError(many.pipe(fetch).call("url"));
expectError(pipe(many, fetch).call("url"));
expectError(pipe(fetch, fanOut([length])).call("url"));
expectError(sendReceive(many));
expectError(remote(many));
expectType<Promise<string>>(many.send("url"));

// Routes are exhaustive.
type Shape = { readonly kind: "circle"; readonly radius: number } | { readonly kind: "square"; readonly side: number };
const parse = processor(defineJob({ name: "parse", run: (text: string) => JSON.parse(text) as Shape }), { transport });
const circle = processor(defineJob({ name: "circle", run: ({ radius }: { readonly radius: number }) => radius }), { transport });
const square = processor(defineJob({ name: "square", run: ({ side }: { readonly side: number }) => `${side}` }), { transport });
expectType<Pipeline<string, string | number, "parse", "one", Memory>>(pipe(parse, route("kind", { circle, square })));
pipe(parse, route("kind", { circle, square, oval: show }));
expectError(pipe(parse, route("kind", { circle })));
expectError(pipe(parse, route("kind", {})));
expectError(pipe(parse, route("kind", { circle: square, square: circle })));
expectError(pipe(parse, route("sort", { circle, square })));
expectError(pipe(fetch, route("kind", { circle, square })));
expectError(pipe(parse, route("kind", { circle, square: "square" })));
expectError(pipe(parse, route("kind", { circle, square }), show));
expectError(pipe(parse, route("kind", { circle: pipe(circle).flatMap((radius) => [radius]), square })).call("x"));

// A fork goes everywhere, a merge comes from everywhere.
expectType<Pipeline<string, number | string, "fetch", "many", Memory>>(pipe(fetch, fanOut([length, pipe(length, show)])));
expectError(pipe(fetch, fanOut([length, show])));
expectError(pipe(fetch, fanOut([])));
expectError(fanOut(length, length));
expectType<Pipeline<never, number | string, "merge", "many", Memory>>(
  pipe(merge(length, show)) as Pipeline<never, number | string, "merge", "many", Memory>,
);
expectError(pipe(merge(length, show), maybe));
expectError(pipe(merge(length)).send(1));
expectError(pipe(fetch, merge(length)));
expectError(merge());

// Errors.
const rescue = processor(defineJob({ name: "rescue", run: ({ stage }: StageFailure) => ({ stage }) }), { transport });
expectType<Pipeline<string, string | { stage: string }, "fetch-length-show", "one", Memory>>(chain.onError(rescue));
expectError(chain.onError(show));
expectError(chain.onError(rescue).pipe(fetch));

// Stages that a pipeline cannot run.
const needy = processor(defineJob({ name: "needy", run: (text: string, own: { readonly key: string }) => own.key + text }), { transport });
expectError(pipe(needy));
expectError(pipe(needy, fetch));
expectError(pipe(show, needy));
expectError(chain.pipe(needy));
expectError(
  pipe(
    fetch,
    map((page: Page) => page.body),
    fanOut([needy]),
  ),
);
expectError(pipe(parse, route("kind", { circle: needy, square })));

/** Checks and hands on. */
function expectTypeOf<Expected>(value: Expected): Expected {
  return value;
}
