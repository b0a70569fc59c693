import { BEST_PEER, type Case, type Mark } from "./case.ts";
import type { Figures } from "./figures.ts";

/** What a case came to: the shape of one line of `--json`. */
export interface Outcome {
  readonly ground: string;
  readonly case: string;
  readonly ours: number;
  readonly unit: Case["unit"];
  readonly peers: Readonly<Record<string, number>>;
  readonly limit: number | null;
  /** Ours divided by the best peer's figure. `null` where there is no peer. */
  readonly ratioToBestPeer: number | null;
  readonly ratioToLimit: number | null;
  readonly bar: string;
  readonly aim: string;
  /** Whether the bar holds. */
  readonly holds: boolean;
}

/** Weighs the medians of a case against its bar. */
export function toOutcome(ground: string, measured: Case, figures: ReadonlyMap<string, Figures>): Outcome {
  const medianOf = mediansOf(measured, figures);
  const named = (role: string): string[] => measured.contenders.filter((contender) => contender.role === role).map(({ name }) => name);
  const [oursName = ""] = named("ours");
  const [limitName] = named("limit");
  const ours = medianOf(oursName);
  const peers = Object.fromEntries(named("peer").map((name) => [name, rounded(medianOf(name))]));
  const limit = limitName === undefined ? null : medianOf(limitName);
  const best = Object.keys(peers).length === 0 ? null : medianOf(BEST_PEER);
  return {
    ground,
    case: measured.id,
    ours: rounded(ours),
    unit: measured.unit,
    peers,
    limit: limit === null ? null : rounded(limit),
    ratioToBestPeer: best === null ? null : ratio(ours, best),
    ratioToLimit: limit === null ? null : ratio(ours, limit),
    bar: measured.bar.map((mark) => toText(measured, mark)).join(" and "),
    aim: measured.aim.map((mark) => toText(measured, mark)).join(" and "),
    holds: reaches(measured, measured.bar, ours, medianOf),
  };
}

/** The medians by name, that of the best peer among them. */
export function mediansOf({ better, contenders }: Case, figures: ReadonlyMap<string, Figures>): (name: string) => number {
  const medianOf = (name: string): number => figures.get(name)?.median ?? Number.NaN;
  const peers = contenders.filter(({ role }) => role === "peer").map(({ name }) => medianOf(name));
  const best = peers.length === 0 ? Number.NaN : better === "higher" ? Math.max(...peers) : Math.min(...peers);
  return (name) => (name === BEST_PEER ? best : medianOf(name));
}

/** Whether ours reaches every mark. */
export function reaches(measured: Case, marks: readonly Mark[], ours: number, medianOf: (name: string) => number): boolean {
  return marks.every(({ against, times }) => {
    const goal = (typeof against === "number" ? against : medianOf(against)) * times;
    return measured.better === "higher" ? ours >= goal : ours <= goal;
  });
}

function toText({ better, unit }: Case, { against, times }: Mark): string {
  const sign = better === "higher" ? "≥" : "≤";
  return typeof against === "number" ? `${sign} ${against * times} ${unit}` : `${sign} ${times}× ${against}`;
}

function ratio(ours: number, theirs: number): number {
  return Number((ours / theirs).toPrecision(3));
}

/** Four digits: more would promise a precision that no run has. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
