import { BEST_PEER, type Case, type Mark } from "../../harness/case.ts";
import { noOps } from "../../loads/pools/steady.ts";
import { ourSpinningPool, ourPool, poolPeers, rawPort } from "../../pools/contenders.ts";

interface NoOp {
  readonly id: string;
  readonly callers: number;
  readonly workers: number;
  readonly bar: readonly Mark[];
  readonly aim: readonly Mark[];
}

/** What a request costs when the work costs nothing. */
function noOp({ id, callers, workers, bar, aim }: NoOp): Case {
  const load = noOps(callers, workers);
  return {
    id,
    what: `${callers} callers await one no-op after another, ${workers} ${workers === 1 ? "worker" : "workers"}`,
    unit: "calls/s",
    better: "higher",
    contenders: [ourPool(load), ...poolPeers(load), rawPort(load)],
    bar,
    aim,
  };
}

const deep = { callers: 1_000, bar: [{ against: BEST_PEER, times: 5 }], aim: [{ against: BEST_PEER, times: 10 }] };

export const noOp1kW1 = noOp({ ...deep, id: "noop-1k-w1", workers: 1 });
export const noOp1kW2 = noOp({ ...deep, id: "noop-1k-w2", workers: 2 });
export const noOp16 = noOp({
  id: "noop-16",
  callers: 16,
  workers: 1,
  bar: [{ against: BEST_PEER, times: 1.1 }],
  aim: [{ against: BEST_PEER, times: 1.2 }],
});

/** The same with both sides looking out for each other. */
export const noOp16Spin: Case = {
  ...noOp16,
  id: "noop-16-spin",
  what: `${noOp16.what}, ours with \`wake: "spin"\`, which is asked for`,
  contenders: [ourSpinningPool(noOps(16, 1)), ...noOp16.contenders.slice(1)],
  bar: [{ against: BEST_PEER, times: 2 }],
  aim: [{ against: BEST_PEER, times: 5 }],
};
