import { memory } from "@job-orch/memory";
import { defineJob, fanOut, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport });
const store = processor(defineJob({ name: "store", run: (page: { readonly body: string }) => page.body }), { transport });
const notify = processor(defineJob({ name: "notify", run: (mail: { readonly address: string }) => mail.address }), { transport });

pipe(fetch, fanOut([store, notify]));
