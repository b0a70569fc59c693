import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const split = processor(defineJob({ name: "split", run: (text: string) => text.split(" ") }), { transport: memory() });

await pipe(split)
  .flatMap((words) => words)
  .call("a b c");
