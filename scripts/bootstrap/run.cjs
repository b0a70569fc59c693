// Runs a command under the workspace's Node and becomes it as far as a parent can: same terminal, signals, exit code.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { isatty } = require("node:tty");
const { nodeBinary, root } = require("./places.cjs");

/** npm passes a signal on to us. If our whole process group got it, we see it twice and the child has it already. */
const groupWindowMs = 100;

exports.run = function run(command, args) {
  const script = command.find((part) => !part.startsWith("-"));
  if (!fs.existsSync(path.join(root, script))) {
    process.stderr.write(`${script} is missing from this checkout.\n`);
    process.exit(1);
  }
  const bin = path.join(root, "node_modules", ".bin");
  const child = spawn(nodeBinary, [...command, ...args], {
    cwd: root,
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) passOn(signal, child);
  child.on("error", (error) => {
    process.stderr.write(`${nodeBinary} did not start: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal); // die of what the child died of
    setTimeout(() => process.exit(1), 1000); // a signal that does not end this process
  });
};

/** The child gets each signal once: a terminal's Ctrl-C reaches it without us, a `kill` of npm or of us does not. */
function passOn(signal, child) {
  let copies = 0;
  process.on(signal, () => {
    const fromTerminal = signal !== "SIGTERM" && [0, 1, 2].some(isatty);
    if (fromTerminal) return;
    copies += 1;
    if (copies > 1) return;
    setTimeout(() => {
      if (copies === 1) child.kill(signal);
      copies = 0;
    }, groupWindowMs);
  });
}
