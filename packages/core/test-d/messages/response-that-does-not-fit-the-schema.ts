import { z } from "zod";
import { defineJob } from "../../src/index.ts";

defineJob({ name: "size", request: z.string(), response: z.object({ width: z.number() }), run: (text) => ({ width: text }) });
