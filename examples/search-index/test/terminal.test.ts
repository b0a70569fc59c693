import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { afterEach, expect, test, vi } from "vitest";
import type { Progress, StageProgress } from "../run/progress.ts";
import { Tally } from "../run/tally.ts";
import { bars } from "../terminal/bars.ts";
import { fit, latency, plural, size, span } from "../terminal/format.ts";
import { screenOn } from "../terminal/screen.ts";
import { showProgress } from "../terminal/show-progress.ts";

const stage = (name: StageProgress["stage"], done: number): StageProgress => ({
  stage: name,
  done,
  total: 40_000,
  backlog: 40_000 - done,
  perSecond: 2_512.4,
});
const tally = Object.assign(new Tally(), { files: 40_000, folders: 1_200, cached: 12 });
const progress: Progress = {
  stages: [stage("walk", 40_000), stage("read", 20_000), stage("tokenise", 19_000), stage("index", 18_000)],
  tally,
  dead: 3,
  retried: 1,
  elapsedMs: 8_000,
  leftMs: 9_000,
  walking: false,
};
const plain = { paint: (_: unknown, text: string) => text };

/** What a terminal of some size was sent. */
function terminal(columns: number, isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly written: () => string } {
  let text = "";
  const stream = Object.assign(new PassThrough(), { isTTY, columns, getColorDepth: WriteStream.prototype.getColorDepth });
  stream.on("data", (chunk) => (text += String(chunk)));
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => text };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test.for([200, 100, 80, 60, 40, 20])("bars fit a window of %i columns", (columns) => {
  for (const line of bars(progress, { ...plain, columns: () => columns })) expect(line.length).toBeLessThan(columns);
});

test("a bar is as long as what is done", () => {
  const lines = bars(progress, { ...plain, columns: () => 120 });
  const filled = (name: string): number => (lines.find((line) => line.includes(name)) ?? "").split("━").length - 1;
  expect(filled("walk")).toBe(44);
  expect(filled("read")).toBe(22);
  expect(lines.join("\n")).toContain("20,000 of 40,000");
  expect(lines.at(-1)).toMatch(/8\.0 s · about 9\.0 s left · 12 from the cache · 3 dead letters · 1 retry/);
});

test("what is drawn again takes the place of what was drawn, and what is printed goes above it", () => {
  const { stream, written } = terminal(80, true);
  const screen = screenOn(stream);
  screen.draw(["one", "two"]);
  screen.draw(["three"]);
  screen.print("kept");
  screen.keep();
  screen.print("below");
  expect(written()).toBe("one\ntwo\n\u001b[2A\r\u001b[Jthree\n\u001b[1A\r\u001b[Jkept\nthree\nbelow\n");
});

test("lines that wrap because the window became narrower are taken away whole", () => {
  const { stream, written } = terminal(80, true);
  const screen = screenOn(stream);
  screen.draw(["x".repeat(70)]);
  stream.columns = 40;
  screen.draw(["y"]);
  expect(written()).toContain("\u001b[2A");
});

test("where nothing can be drawn over there is one plain line per second, without colour", () => {
  vi.useFakeTimers();
  const { stream, written } = terminal(80, false);
  const shown = showProgress(screenOn(stream), () => progress);
  vi.advanceTimersByTime(3_500);
  shown.stop();
  const lines = written().trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(written()).not.toContain("\u001b");
  expect(lines[0]).toContain("read 20,000/40,000 (2,512/s, 20,000 waiting)");
});

test("a terminal that can has colour, unless NO_COLOR is set", () => {
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("CI", undefined);
  vi.stubEnv("TERM", "xterm-256color");
  vi.stubEnv("NO_COLOR", undefined);
  expect(screenOn(terminal(80, true).stream).paint("cyan", "x")).toBe("\u001b[36mx\u001b[39m");
  vi.stubEnv("NO_COLOR", "1");
  expect(screenOn(terminal(80, true).stream).paint("cyan", "x")).toBe("x");
});

test("numbers read well at every size", () => {
  expect([plural(1, "file"), plural(12_345, "file"), plural(0, "retry", "retries")]).toEqual(["1 file", "12,345 files", "0 retries"]);
  expect([size(999), size(1536), size(150 * 2 ** 20)]).toEqual(["999 bytes", "1.5 KiB", "150 MiB"]);
  expect([span(840), span(59_700), span(200_000), span(7_500_000)]).toEqual(["0.8 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]);
  expect([latency(0.214), latency(14.4), latency(1_340)]).toEqual(["0.21 ms", "14 ms", "1.3 s"]);
  expect([fit("short", 5), fit("too long", 5)]).toEqual(["short", "too …"]);
});
