import type { Death } from "./deed.ts";

/** Ends this worker, in one of the ways it can end. */
export function die(how: Death): Promise<never> {
  switch (how) {
    case "async-throw":
      setImmediate(() => {
        throw new Error("thrown where nobody catches");
      });
      break;
    case "timer-throw":
      setTimeout(() => {
        throw new Error("thrown in a timer");
      }, 1);
      break;
    case "unhandled-rejection":
      void Promise.reject(new Error("rejected where nobody looks"));
      break;
    case "exit-0":
      process.exit(0);
    case "exit-3":
      process.exit(3);
    case "out-of-memory":
      // Small pieces: a large one over the limit aborts the whole process instead of the thread.
      for (let chain: unknown; ;) chain = { chain, rest: [chain, chain, chain, chain, chain, chain, chain, chain] };
    case "freeze":
      process.kill(process.pid, "SIGSTOP");
      break;
    case "loop":
      for (;;);
  }
  return new Promise(() => undefined);
}
