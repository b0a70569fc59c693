import { memory } from "@job-orch/memory";
import { defineJob, pipe, type Pipeline, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport });
const length = processor(defineJob({ name: "length", run: ({ body }: { readonly body: string }) => body.length }), { transport });

const chain: Pipeline<string, string, "fetch-length"> = pipe(fetch, length);
await chain.call(1);
