import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport });
const rescue = processor(defineJob({ name: "rescue", run: (failure: { readonly reason: string }) => failure.reason }), { transport });

pipe(fetch).onError(rescue);
