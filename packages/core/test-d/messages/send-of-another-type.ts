import { memory } from "@job-orch/memory";
import { defineJob, processor } from "../../src/index.ts";

const resize = processor(defineJob({ name: "resize", run: (image: { readonly url: string; readonly width: number }) => image.width }), {
  transport: memory(),
});

await resize.send({ url: "cat.png" });
await resize.call({ url: "cat.png", width: "wide" });
