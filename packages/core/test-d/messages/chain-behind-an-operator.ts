import { memory } from "@job-orch/memory";
import { defineJob, map, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url }) }), { transport });
const resize = processor(defineJob({ name: "resize", run: (image: { readonly body: string; readonly width: number }) => image.width }), {
  transport,
});

pipe(
  fetch,
  map((page: { readonly body: string }) => ({ ...page, width: "wide" })),
  resize,
);
