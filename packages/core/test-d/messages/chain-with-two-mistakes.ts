import { memory } from "@job-orch/memory";
import { batch, defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url, size: url.length }) }), { transport });
const index = processor(defineJob({ name: "index", run: (pages: readonly { readonly title: string }[]) => pages.length }), { transport });
const report = processor(defineJob({ name: "report", run: (words: string) => words }), { transport });

pipe(fetch, batch({ max: 10 }), index, report);
