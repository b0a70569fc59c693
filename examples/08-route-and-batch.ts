/** A union goes to the stage that its tag names; answers are gathered and handed on together. */
import { defineJob, pipe, processor, route, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { z } from "zod";

const circle = z.object({ kind: z.literal("circle"), radius: z.number() });
const square = z.object({ kind: z.literal("square"), side: z.number() });
const transport = memory();

const parse = processor(
  defineJob({
    name: "parse",
    request: z.string(),
    response: z.discriminatedUnion("kind", [circle, square]),
    run: (text) => {
      const [kind, size] = text.split(" ");
      return kind === "circle" ? { kind: "circle" as const, radius: Number(size) } : { kind: "square" as const, side: Number(size) };
    },
  }),
  { transport },
);
const areas = {
  circle: processor(
    defineJob({ name: "circle", request: circle, response: z.number(), run: ({ radius }) => Math.round(Math.PI * radius ** 2) }),
    { transport },
  ),
  square: processor(defineJob({ name: "square", request: square, response: z.number(), run: ({ side }) => side ** 2 }), { transport }),
};
const sum = processor(
  defineJob({ name: "sum", request: z.array(z.number()).readonly(), response: z.number(), run: (all) => all.reduce((a, b) => a + b, 0) }),
  { transport },
);

const total = pipe(parse, route("kind", areas)).batch({ max: 3, lingerMs: 1_000 }).pipe(sum).named("total");
const running = start(total);

const answers = await Promise.all(["circle 1", "square 2", "square 3"].map((text) => total.call(text)));
console.log(answers.join(" "));

await running.stop();
await total.close();
for (const stage of [parse, areas.circle, areas.square, sum]) await stage.close();

// Prints:
// 16 16 16
