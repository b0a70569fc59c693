import { BEST_PEER, type Case } from "../../harness/case.ts";
import { echoes, note } from "../../loads/pools/echoes.ts";
import { order } from "../../loads/order.ts";
import { ourPool, poolPeers, rawPort } from "../../pools/contenders.ts";

const small = echoes(100, note);
const large = echoes(1_024, order);

/** What it costs to carry a small value there and back. */
export const echo100b: Case = {
  id: "echo-100b",
  what: "1,000 callers get back their own object of 100 bytes as JSON, one worker",
  unit: "calls/s",
  better: "higher",
  contenders: [ourPool(small), ...poolPeers(small), rawPort(small)],
  bar: [{ against: BEST_PEER, times: 4 }],
  aim: [{ against: BEST_PEER, times: 7 }],
};

/** The same for a value as large as most. */
export const echo1k: Case = {
  id: "echo-1k",
  what: "1,000 callers get back their own object of 1 KiB as JSON, one worker",
  unit: "calls/s",
  better: "higher",
  contenders: [ourPool(large), ...poolPeers(large), rawPort(large)],
  bar: [{ against: BEST_PEER, times: 1.5 }],
  aim: [{ against: BEST_PEER, times: 2.5 }],
};
