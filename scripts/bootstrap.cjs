// The door of every root script: `node scripts/bootstrap.cjs <command> [arguments]`.
// Old syntax on purpose: a Node that is too old must get as far as the sentence below.
var oldest = 20;
var version = process.versions.node;
var sentence = "job-orch needs Node " + oldest + " or newer to start (it brings its own Node 24), but this is Node " + version;
if (parseInt(version, 10) < oldest) {
  process.stderr.write(sentence + ": see https://nodejs.org/en/download\n");
  process.exit(2);
}
require("./bootstrap/start.cjs");
