import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const fetch = processor(defineJob({ name: "fetch", run: (url: string) => ({ body: url, size: 1 }) }), { transport });
const resize = processor(
  defineJob({ name: "resize", run: (image: { readonly body: string; readonly width: number; readonly height: number }) => image.width }),
  { transport },
);

pipe(fetch, resize);
