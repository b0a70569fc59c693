/** A typed job in memory: send a request, await its response, see a mistake refused before anything is sent. */
import { defineJob, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { z } from "zod";

const greet = defineJob({
  name: "greet",
  request: z.object({ name: z.string().min(1), greeting: z.string().default("Hello") }),
  response: z.string(),
  run: ({ name, greeting }) => `${greeting}, ${name}!`,
});

const greeting = processor(greet, { transport: memory(), concurrency: 4 });
const running = start(greeting);

console.log(await greeting.call({ name: "Ada" }));
console.log(await greeting.call({ name: "Grace", greeting: "Welcome" }));

const refused = await greeting.sendReceive({ name: "" });
if (!refused.ok) console.log("code" in refused.error ? refused.error.code : refused.error);

await running.stop();
await greeting.close();

// Prints:
// Hello, Ada!
// Welcome, Grace!
// ERR_VALIDATION
