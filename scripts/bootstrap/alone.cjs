"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { root } = require("./places.cjs");

const folder = path.join(root, "node_modules");
const lock = path.join(folder, ".job-orch-installing");
const pollMs = 200;

/** Runs `work` while no other process of this workspace is in here: two scripts of a fresh clone, started at once, install once. */
exports.alone = function alone(work) {
  fs.mkdirSync(folder, { recursive: true });
  while (!take()) {
    if (isStale()) fs.rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
};

function take() {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Its holder is gone, killed perhaps. */
function isStale() {
  try {
    process.kill(Number(fs.readFileSync(lock, "utf8")), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH" || error.code === "ERR_INVALID_ARG_TYPE";
  }
}
