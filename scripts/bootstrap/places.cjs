"use strict";

const path = require("node:path");

const root = path.resolve(__dirname, "..", "..");

exports.root = root;
/** The Node that the workspace brings: the npm package `node`. */
exports.nodeBinary = path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
