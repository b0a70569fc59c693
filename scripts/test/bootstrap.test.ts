import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The bootstrap's runner in a process group of its own, as a shell would start it, with the fixture as the command. */
async function runner(fixture: string, ...args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const program = `require("./scripts/bootstrap/run.cjs").run([${JSON.stringify(`scripts/test/fixtures/${fixture}`)}], ${JSON.stringify(args)})`;
  const child = spawn(process.execPath, ["-e", program], { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString() };
}

async function exitOf(child: ChildProcess): Promise<number | string | null> {
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return code ?? signal;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  process.kill(-(child.pid ?? Number.NaN), signal);
}

describe.concurrent("the runner behind every root script", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("passes a %s that only it got on to the command, once", async (signal) => {
    const { child } = await runner("counts-signals.ts");
    child.kill(signal);
    expect(await exitOf(child)).toBe(41);
  });

  test("does not repeat a Ctrl-C that the command got with its group and npm sends once more", async () => {
    const { child } = await runner("counts-signals.ts");
    signalGroup(child, "SIGINT");
    setTimeout(() => child.kill("SIGINT"), 20);
    expect(await exitOf(child)).toBe(41);
  });

  test("hands the arguments over as they are", async () => {
    const { child, said } = await runner("counts-signals.ts", "--search", "two words", "$HOME");
    child.kill("SIGTERM");
    await exitOf(child);
    expect(said).toBe("ready --search two words $HOME\n");
  });

  test("dies of what the command died of", async () => {
    const { child, said } = await runner("kills-itself.ts");
    expect(said).toBe("ready\n");
    expect(await exitOf(child)).toBe("SIGKILL");
  });

  test.each([
    ["a name that is no command", "nonsense", 'There is no command "nonsense"; there are: demo, '],
    ["no name", "", 'There is no command ""; there are: demo, '],
  ])("answers %s with a sentence and exit code 2", async (_, name, sentence) => {
    const child = spawn(process.execPath, ["scripts/bootstrap.cjs", ...(name === "" ? [] : [name])], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [said] = (await once(child.stderr, "data")) as [Buffer];
    expect(said.toString()).toContain(sentence);
    expect(await exitOf(child)).toBe(2);
  });
});
