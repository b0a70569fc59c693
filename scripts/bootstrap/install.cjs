// Installs the workspace with pnpm, which npm fetches on its own; skipped when nothing that decides the result has changed.
"use strict";

const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { alone } = require("./alone.cjs");
const { nodeBinary, root } = require("./places.cjs");

const stampFile = path.join(root, "node_modules", ".job-orch-installed");
const pnpm = "pnpm@12";

/** Returns whether the workspace is ready to run. Silent when it works; shows pnpm's output when it does not. */
exports.install = function install() {
  return isInstalled() || alone(() => isInstalled() || installNow());
};

function isInstalled() {
  return fs.existsSync(nodeBinary) && readStamp() === hashOfManifests();
}

function installNow() {
  if (process.stderr.isTTY) process.stderr.write("Installing dependencies …\n");

  const { command, args } = npmExec();
  const done = spawnSync(command, [...args, "install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, CI: "true" }, // pnpm must not ask questions that nobody sees
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32" && command === "npm",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (done.error !== undefined || done.status !== 0 || !fs.existsSync(nodeBinary)) {
    process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}${done.error === undefined ? "" : `${done.error.message}\n`}`);
    process.stderr.write(
      "The dependencies could not be installed (see above); after an edit of a package.json, run `npx pnpm@12 install`.\n",
    );
    return false;
  }
  fs.writeFileSync(stampFile, hashOfManifests());
  return true;
}

/** npm itself when a script of npm called us, else the one on PATH. `npm exec` ships with every npm that Node 20 brings. */
function npmExec() {
  const exec = ["exec", "--yes", `--package=${pnpm}`, "--", "pnpm"];
  const npm = process.env.npm_execpath;
  return npm?.endsWith("npm-cli.js") ? { command: process.execPath, args: [npm, ...exec] } : { command: "npm", args: exec };
}

function readStamp() {
  try {
    return fs.readFileSync(stampFile, "utf8");
  } catch {
    return ""; // a fresh clone
  }
}

function hashOfManifests() {
  const hash = createHash("sha256").update(`${pnpm} ${process.platform} ${process.arch}`);
  for (const file of manifests()) hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(root, file)));
  return hash.digest("hex");
}

/** The files that decide what is installed: the lockfile and every manifest of the workspace. */
function manifests() {
  const folders = [".", "examples", "bench", ...foldersIn("packages"), ...foldersIn("examples")];
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...folders.map((folder) => path.join(folder, "package.json"))];
  return files.filter((file) => fs.existsSync(path.join(root, file)));
}

function foldersIn(parent) {
  if (!fs.existsSync(path.join(root, parent))) return [];
  return fs
    .readdirSync(path.join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map((entry) => path.join(parent, entry.name))
    .sort();
}
