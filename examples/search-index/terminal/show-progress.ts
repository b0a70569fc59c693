import type { Progress } from "../run/progress.ts";
import { bars } from "./bars.ts";
import { line } from "./line.ts";
import type { Screen } from "./screen.ts";

/** How often bars move, and how often a plain line comes. Units: milliseconds. */
const FRAME_MS = 100;
const LINE_MS = 1_000;

/** Shows how far a run is until it is stopped: bars that move where the screen is live, a line per second elsewhere. */
export function showProgress(screen: Screen, take: () => Progress): { readonly stop: () => void } {
  const show = (): void => (screen.live ? screen.draw(bars(take(), screen)) : screen.print(line(take())));
  const timer = setInterval(show, screen.live ? FRAME_MS : LINE_MS);
  const stop = (): void => {
    clearInterval(timer);
    if (screen.live) show();
    screen.keep();
  };
  return { stop };
}
