import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url, size: "1 KiB" }) }), { transport });
const weigh = processor(defineJob({ name: "weigh", run: (page: { readonly body: string; readonly size: number }) => page.size }), {
  transport,
});

pipe(fetch, weigh);
