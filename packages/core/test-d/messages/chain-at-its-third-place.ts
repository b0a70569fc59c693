import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport });
const parse = processor(defineJob({ name: "parse", run: ({ body }: { readonly body: string }) => ({ title: body }) }), { transport });
const index = processor(
  defineJob({ name: "index", run: (page: { readonly title: string; readonly words: readonly string[] }) => page.words.length }),
  { transport },
);
const report = processor(defineJob({ name: "report", run: (words: number) => `${words}` }), { transport });

pipe(fetch, parse, index, report);
