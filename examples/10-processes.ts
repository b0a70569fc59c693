/** A typed job in a process of another language, and a plain program per request. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { job } from "@job-orch/core";
import { processes } from "@job-orch/processes";

const shout = job<string, string>()({ name: "shout", run: (text) => `${text.toUpperCase()}!` });

// Python, over a pipe of its own: it may print what it likes. Where there is no Python, the same job in this language does.
const python = spawnSync("python3", ["--version"]).status === 0;
const worker = python
  ? { command: "python3", args: [fileURLToPath(new URL("./workers/shout.py", import.meta.url))] }
  : { command: process.execPath, args: [fileURLToPath(new URL("./workers/shout.ts", import.meta.url))] };
const loud = processes(shout, { ...worker, size: 1 });
console.log(await loud.call("any language"));

const failed = await loud.sendReceive("");
console.log(failed.ok ? "?" : failed.error.message);

// No protocol at all: the program is started for every request, reads it, writes the response, and leaves.
const sort = job<string, string>()({ name: "sort", run: (text) => text });
const sorted = processes(sort, { command: "sort", transport: "oneshot", format: "text", size: 2 });
console.log(JSON.stringify(await sorted.call("b\na\nc\n")));
await Promise.all([loud.close(), sorted.close()]);

// Prints:
// ANY LANGUAGE!
// nothing to shout
// "a\nb\nc\n"
