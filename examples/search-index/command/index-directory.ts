import { openTermHost, type TermHost } from "../hosts/term-host.ts";
import { noteHost } from "../run/host-records.ts";
import { Interrupts } from "../run/interrupts.ts";
import { Run } from "../run/run.ts";
import { clearWorkplace, openWorkplace, type Workplace } from "../run/workplace.ts";
import { hostFolderOf, hostRecordsOf } from "../store/paths.ts";
import { totalsOf } from "../store/totals.ts";
import { plural, count } from "../terminal/format.ts";
import type { Screen } from "../terminal/screen.ts";
import { showProgress } from "../terminal/show-progress.ts";
import { losses, summary } from "../terminal/summary.ts";
import type { Command } from "./arguments.ts";

type IndexCommand = Extract<Command, { kind: "index" }>;

/** Makes the index true to a directory, and shows how that goes. Returns the exit code. */
export async function indexDirectory(command: IndexCommand, screen: Screen, complain: (sentence: string) => void): Promise<number> {
  if (command.fresh && !clearWorkplace(command.dbPath)) {
    complain(`Another run is at work on ${command.dbPath}: --fresh has to wait for its end.`);
    return 1;
  }
  const host = openTermHost(command.host, hostFolderOf(command.dbPath));
  const workplace = openWorkplace(command.dbPath);
  try {
    return await work(command, workplace, host, screen);
  } finally {
    await host.close();
    await workplace.close();
  }
}

async function work(
  { directory, dbPath, again, look }: IndexCommand,
  workplace: Workplace,
  host: TermHost,
  screen: Screen,
): Promise<number> {
  const { paint } = screen;
  screen.print("", `  ${paint("bold", "Search index")} of ${directory}`);
  const run = new Run(workplace, host);
  const shown = showProgress(screen, () => run.progress());
  const interrupts = new Interrupts(() => screen.print("", "  Stopping when what is under way is done. Ctrl-C again quits at once."));
  try {
    await run.finish(directory, interrupts.signal, {
      helping: () => screen.print("", `  Another run is at work on ${dbPath}: this one helps it.`),
      goingOn: ({ walk, read, tokenise, index }) => {
        const files = plural(read + tokenise + index, "file");
        screen.print("", `  Going on where an earlier run stopped: ${files} waiting${walk > 0 ? ", and more to find" : ""}.`);
      },
    });
  } finally {
    await run.close();
    interrupts.ignore();
    shown.stop();
  }
  const progress = run.progress();
  if (interrupts.signal.aborted) {
    const files = progress.stages.reduce((sum, { stage, backlog }) => sum + (stage === "walk" ? 0 : backlog), 0);
    screen.print(
      "",
      `  Stopped. ${count(files)} ${files === 1 ? "file waits" : "files wait"} in ${dbPath}${progress.walking ? ", and the walk is not over" : ""}.`,
      ...losses(host).map((text) => `  ${text}.`),
      `  To go on: ${paint("bold", again)}`,
      "",
    );
    return interrupts.exitCode;
  }
  const { tally, meters, accidents } = run;
  const totals = totalsOf(workplace.index, directory);
  const hosts = noteHost(hostRecordsOf(dbPath), directory, {
    name: host.name,
    files: tally.new + tally.changed,
    elapsedMs: progress.elapsedMs,
    tokeniseMs: meters.tokenise.percentileMs(50),
  });
  screen.print(...summary({ directory, elapsedMs: progress.elapsedMs, tally, meters, totals, accidents, host, hosts }, screen));
  screen.print("", `  Now search it: ${paint("bold", look)}`, "");
  return 0;
}
