import { memory } from "@job-orch/memory";
import { defineJob, processor } from "../../src/index.ts";

processor(defineJob({ name: "resize", run: (width: number) => width }), { transport: memory(), concurency: 4 });
