/** Children that fail are started again, with those that depend on them; a stop goes down in order. */
import { job, processor } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { supervise, type ChildContext } from "@job-orch/supervisor";

const transport = memory();
let connection = 0;
let lose = (_error: Error): void => {};

/** Something outside that breaks now and then. */
async function connect({ incarnation, signal }: ChildContext): Promise<void> {
  connection = incarnation;
  await new Promise<void>((resolve, reject) => {
    lose = reject;
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

const ask = processor(job<string, string>()({ name: "ask", run: (question) => `${question} (connection ${connection})` }), { transport });

const running = supervise([connect, ask], {
  strategy: "rest_for_one", // `ask` depends on `connect`
  flush: () => console.log("flushed"),
  resources: [transport],
});
running.on("exited", ({ child, exitClass }) => console.log(`${child}: ${exitClass}`));
running.on("restarting", ({ child, delayMs }) => console.log(`${child} starts again in ${delayMs} ms`));

console.log(await ask.call("Who is there?"));
const again = new Promise<void>((resolve) => void running.on("started", ({ child }) => (child === "ask" ? resolve() : undefined)));
lose(new Error("connection reset"));
await again;
console.log(await ask.call("And now?"));

await running.stop();
await ask.close();
console.log(`exit code ${running.exitCode}`);

// Prints:
// Who is there? (connection 1)
// connect: crash
// connect starts again in 0 ms
// ask: recycled
// And now? (connection 2)
// ask: drained
// connect: drained
// flushed
// exit code 0
