import { memory } from "@job-orch/memory";
import { defineJob, pipe, processor } from "../../src/index.ts";

const transport = memory();
const find = processor(defineJob({ name: "find", run: (id: number): string | undefined => (id > 0 ? `${id}` : undefined) }), { transport });
const shout = processor(defineJob({ name: "shout", run: (text: string) => text.toUpperCase() }), { transport });

pipe(find, shout);
