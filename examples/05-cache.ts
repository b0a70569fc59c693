/** A job that may already know the answer: the cache is asked before anything is sent, and equal requests run once. */
import { cached, defineJob, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { z } from "zod";

let runs = 0;
const lookUp = defineJob({
  name: "look-up",
  request: z.object({ word: z.string() }),
  response: z.string(),
  run: async ({ word }) => {
    runs++;
    return `what "${word}" means`;
  },
});

// Anything with get, set and delete is a store: a Map here, Keyv elsewhere.
const remembered = cached(lookUp, new Map(), { key: ({ word }) => word, ttlMs: 60_000 });
const looking = processor(remembered, { transport: memory(), concurrency: 8 });
const running = start(looking);
looking.on("cached", ({ where }) => console.log("answered from the cache of the", where));

const answers = await Promise.all(Array.from({ length: 5 }, () => looking.call({ word: "serendipity" })));
console.log(answers.length, "answers,", runs, "run");
console.log(await looking.call({ word: "serendipity" }), "after", runs, "run");

await running.stop();
await looking.close();

// Prints:
// 5 answers, 1 run
// answered from the cache of the caller
// what "serendipity" means after 1 run
