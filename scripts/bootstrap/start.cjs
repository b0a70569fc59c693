// Installs what is missing, then runs the command under the workspace's own Node. Node's standard library only.
"use strict";

const { commands } = require("./commands.cjs");
const { install } = require("./install.cjs");
const { run } = require("./run.cjs");

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;

if (command === undefined) {
  process.stderr.write(`There is no command ${JSON.stringify(name ?? "")}; there are: ${Object.keys(commands).join(", ")}\n`);
  process.exit(2);
}
if (!install()) process.exit(1);
run(command, args);
