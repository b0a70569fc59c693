import { memory } from "@job-orch/memory";
import { defineJob, merge, pipe, processor } from "../../src/index.ts";

const transport = memory();
const left = processor(defineJob({ name: "left", run: (value: number) => value }), { transport });
const right = processor(defineJob({ name: "right", run: (value: string) => value }), { transport });

await pipe(merge(left, right)).send(1);
