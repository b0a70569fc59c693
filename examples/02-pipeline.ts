/** Three jobs in a row, with operators between them. An error of any stage comes back to the caller, with the stage's name. */
import { defineJob, map, pipe, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { z } from "zod";

class EmptyText extends Error {
  override readonly name = "EmptyText";
}

const split = defineJob({
  name: "split",
  request: z.object({ text: z.string() }),
  response: z.object({ words: z.array(z.string()) }),
  errors: [EmptyText],
  run: ({ text }) => {
    if (text.trim() === "") throw new EmptyText("there is nothing to split");
    return { words: text.trim().split(/\s+/) };
  },
});
const longest = defineJob({
  name: "longest",
  request: z.array(z.string()),
  response: z.string(),
  run: (words) => words.reduce((a, b) => (b.length > a.length ? b : a)),
});
const shout = defineJob({ name: "shout", request: z.string(), response: z.string(), run: (word) => `${word.toUpperCase()}!` });

const transport = memory();
const stages = [processor(split, { transport }), processor(longest, { transport }), processor(shout, { transport })] as const;
const pipeline = pipe(
  stages[0],
  map(({ words }: { words: string[] }) => words),
  stages[1],
  stages[2],
).named("shouting");
const running = start(pipeline);

console.log(await pipeline.call({ text: "one job on every transport" }));
const failed = await pipeline.sendReceive({ text: " " });
console.log(failed.ok ? failed.value : `${failed.error instanceof EmptyText}: ${failed.error.message}`);

await running.stop();
await pipeline.close();
for (const stage of stages) await stage.close();

// Prints:
// TRANSPORT!
// true: there is nothing to split
