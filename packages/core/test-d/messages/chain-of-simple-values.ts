import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const length = processor(defineJob({ name: "length", run: (text: string) => text.length }), { transport });
const shout = processor(defineJob({ name: "shout", run: (text: string) => text.toUpperCase() }), { transport });

pipe(length, shout);
