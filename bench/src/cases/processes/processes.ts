import { BEST_PEER, type Case, type Ground } from "../../harness/case.ts";
import { childCalls } from "../../loads/pools/children.ts";
import { order } from "../../loads/order.ts";
import { gatheredPipe, ourProcesses, processPeers, rawPipe } from "../../pools/processes/contenders.ts";
import { type Language, lacks } from "../../pools/processes/languages.ts";
import type { Numbered } from "../../workers/work.ts";

const ORDERS = Array.from({ length: 1_000 }, (_, seed) => order(seed));

const noOps = childCalls<Numbered>(
  "noOp",
  (i) => ({ i }),
  (response, { i }) => response === i,
);
const orders = childCalls<{ readonly id: string }>(
  "echo",
  (i) => ORDERS[i % ORDERS.length] as { readonly id: string },
  (response, { id }) => (response as { readonly id: string }).id === id,
);
const messages = childCalls<Numbered>(
  "echo",
  (i) => ({ i }),
  (response, { i }) => (response as Numbered).i === i,
);

const nodeNoOp: Case = {
  id: "node-noop",
  what: "1,000 callers await one no-op after another of one Node child",
  unit: "calls/s",
  better: "higher",
  contenders: [ourProcesses(noOps, "node"), ...processPeers(noOps), rawPipe(noOps)],
  bar: [{ against: BEST_PEER, times: 5 }],
  aim: [{ against: BEST_PEER, times: 10 }],
};

const nodeEcho1k: Case = {
  id: "node-echo-1k",
  what: "1,000 callers get back their own object of 1 KiB as JSON from one Node child",
  unit: "calls/s",
  better: "higher",
  contenders: [ourProcesses(orders, "node"), ...processPeers(orders), rawPipe(orders)],
  bar: [{ against: BEST_PEER, times: 1.3 }],
  aim: [{ against: BEST_PEER, times: 2 }],
};

/** Small messages there and back, with a worker in another language. */
function inLanguage(language: Language, bar: number, aim: number): Case {
  return {
    id: language,
    what: `1,000 callers get back { "i": n } from one child in ${language}; the limit is a Node child and a bare pipe, a write per turn`,
    unit: "messages/s",
    better: "higher",
    lacks: () => lacks(language),
    contenders: [ourProcesses(messages, language), gatheredPipe(messages)],
    bar: [{ against: bar, times: 1 }],
    aim: [{ against: aim, times: 1 }],
  };
}

/** Jobs in child processes. */
export const processesGround: Ground = {
  name: "processes",
  cases: [
    nodeNoOp,
    nodeEcho1k,
    inLanguage("rust", 400_000, 700_000),
    inLanguage("node", 400_000, 700_000),
    inLanguage("python", 80_000, 200_000),
    inLanguage("bash", 8_000, 15_000),
  ],
};
