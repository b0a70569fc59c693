import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runDemo, startDemo } from "./support/demo.ts";
import { referenceOf } from "./support/reference.ts";
import { storedIn } from "./support/stored.ts";
import { Tree } from "./support/tree.ts";

const folder = mkdtempSync(join(tmpdir(), "search-index-hosts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

const hosts: readonly { readonly name: string; readonly args: readonly string[]; readonly needs?: string }[] = [
  { name: "the main thread", args: ["--threads", "0"] },
  { name: "1 thread", args: ["--threads", "1"] },
  { name: "node", args: ["--processes", "node"] },
  { name: "python", args: ["--processes", "python"], needs: "python3" },
  { name: "rust", args: ["--processes", "rust"], needs: "rustc" },
];

describe("wherever texts are tokenised, the index is the same", () => {
  const tree = new Tree(join(folder, "tree"), 11);
  tree.addTexts(120);
  tree.addTrouble();
  const expected = referenceOf(tree.root);

  for (const { name, args, needs } of hosts) {
    const missing = needs !== undefined && spawnSync(needs, ["--version"]).status !== 0;
    test.skipIf(missing)(
      missing ? `${name} (there is no ${needs} here: apt-get install ${needs})` : name,
      { timeout: 120_000 },
      async () => {
        const dbPath = join(folder, `${name.replaceAll(" ", "-")}.db`);
        const { code, stdout, stderr } = await runDemo(tree.root, "--db", dbPath, ...args);
        expect(stderr).toBe("");
        expect(code).toBe(0);
        expect(stdout).toContain("tokenised on");
        expect(stdout).toContain(name);
        expect(storedIn(dbPath).files).toEqual(expected.files);
      },
    );
  }
});

test.runIf(process.platform === "linux")(
  "a worker killed with SIGKILL costs nothing, and the summary says so",
  { timeout: 120_000 },
  async () => {
    const tree = new Tree(join(folder, "killed"), 12);
    tree.addTexts(1_500);
    const dbPath = join(folder, "killed.db");
    const demo = startDemo([tree.root, "--db", dbPath, "--processes", "node"]);
    await demo.printed("Search index");
    const worker = await childOf(demo.child.pid as number);
    process.kill(worker, "SIGKILL");
    const { code, stdout, stderr } = await demo.ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 worker ended \(SIGKILL\), replaced, \d+ texts? begun again/);
    expect(storedIn(dbPath).files).toEqual(referenceOf(tree.root).files);
  },
);

test.runIf(process.platform === "linux")("a run that is stopped tells of killed workers too", { timeout: 120_000 }, async () => {
  const tree = new Tree(join(folder, "stopped"), 13);
  tree.addTexts(1_500);
  const dbPath = join(folder, "stopped.db");
  const demo = startDemo([tree.root, "--db", dbPath, "--processes", "node"]);
  await demo.printed("Search index");
  const first = await childOf(demo.child.pid as number);
  process.kill(first, "SIGKILL");
  await childOf(demo.child.pid as number, first); // its end was noticed when there is another one
  demo.child.kill("SIGINT");
  const { code, stdout } = await demo.ended;
  expect(code).toBe(130);
  expect(stdout).toMatch(/Stopped\.[^]*1 worker ended \(SIGKILL\)[^]*To go on: .* --processes node/);
});

test("what is asked for and makes no sense is told in a sentence", async () => {
  for (const [args, sentence] of [
    [["--threads", "many"], "--threads takes a whole number from 0 to 64"],
    [["--processes", "cobol"], "--processes takes node, python or rust"],
    [["--processes", "node", "--threads", "2"], "--threads or --processes, not both"],
    [["--search", "words", "--threads", "2"], "--search tokenises none"],
  ] as const) {
    const { code, stderr } = await runDemo(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  }
});

/** A child that serves already. `after`: one that came after that one. */
async function childOf(parent: number, after = 0): Promise<number> {
  for (;;) {
    const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === parent);
    const serving = found.find((name) => Number(name) > after && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("terms.process"));
    if (serving !== undefined) return Number(serving);
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
