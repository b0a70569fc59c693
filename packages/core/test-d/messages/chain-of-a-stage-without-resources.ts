import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport });
const store = processor(
  defineJob({ name: "store", run: (page: { readonly body: string }, files: { readonly path: string }) => files.path + page.body }),
  { transport },
);

pipe(fetch, store);
