import { memory } from "@job-orch/memory";
import { defineJob, map, pipe, processor } from "../../src/index.ts";

const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport: memory() });

pipe(
  fetch,
  map((page: { readonly text: string }) => page.text),
);
