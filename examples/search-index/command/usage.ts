/** What `--help` prints. */
export const USAGE = `A search index over any directory: walk, read, tokenise, index, as one pipeline on a SQLite file.

  npm run demo                            index this workspace's node_modules
  npm run demo -- <directory>             index another directory
  npm run demo -- --search "<words>"      find files that have these words
  npm run demo -- <directory> --search …  only those in a directory

  --limit <n>   with --search: at most so many files (10)
  --threads <n> tokenise on so many threads (as many as there are cores beside the main one; 0: on the main thread)
  --processes <language>  tokenise in child processes: node, python or rust
  --fresh       forget what is indexed and waiting, and begin again
  --db <file>   where the work and, beside it, the index are kept (.job-orch/demo.db)
  --help        this text

Ctrl-C stops when what is under way is done. However it ends, the next run goes on where this one stopped.
`;
