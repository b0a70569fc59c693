import type { Case } from "./case.ts";
import type { Figures } from "./figures.ts";
import type { Outcome } from "./outcome.ts";

const NAME_WIDTH = 34;

/** One case as lines for people. */
export function toTable(measured: Case, outcome: Outcome, figures: ReadonlyMap<string, Figures>, aimed: boolean): string {
  const lines = [`${outcome.ground}/${measured.id}: ${measured.what}`];
  for (const { name, role } of measured.contenders) {
    const own = figures.get(name);
    if (own === undefined) continue;
    const times = role === "ours" ? "" : `ours is ${shortRatio(outcome.ours / own.median)}×`;
    const mark = role === "ours" ? "*" : " ";
    const label = role === "limit" ? `limit: ${name}` : name;
    lines.push(
      `${mark} ${label.padEnd(NAME_WIDTH)} ${short(own.median).padStart(8)} ${measured.unit.padEnd(10)} ${spread(own).padEnd(20)} ${times}`.trimEnd(),
    );
  }
  const verdict = `${outcome.holds ? "holds" : "DOES NOT HOLD"}; aim ${outcome.aim}: ${aimed ? "reached" : "not reached"}`;
  lines.push(`  bar ${outcome.bar}: ${verdict}`);
  return `${lines.join("\n")}\n`;
}

function spread({ least, most }: Figures): string {
  return least === most ? "" : `(${short(least)} to ${short(most)})`;
}

function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(2)}k`;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function shortRatio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
