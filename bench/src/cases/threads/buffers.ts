import { BEST_PEER, type Case } from "../../harness/case.ts";
import { buffers } from "../../loads/pools/buffers.ts";
import { ourPool, poolPeers, rawPort } from "../../pools/contenders.ts";

const transferred = buffers("move");
const copied = buffers("stamp");

/** Large buffers that change hands. poolifier can hand them over one way only. */
export const transfer1m: Case = {
  id: "transfer-1m",
  what: "16 callers hand over 1 MiB each and are handed it back, one worker",
  unit: "calls/s",
  better: "higher",
  contenders: [ourPool(transferred), ...poolPeers(transferred), rawPort(transferred)],
  bar: [{ against: BEST_PEER, times: 0.9 }],
  aim: [{ against: BEST_PEER, times: 1 }],
};

/** The same buffers, copied there and back. */
export const copy1m: Case = {
  id: "copy-1m",
  what: "16 callers send 1 MiB each and are sent it back, copied both ways, one worker",
  unit: "calls/s",
  better: "higher",
  contenders: [ourPool(copied), ...poolPeers(copied), rawPort(copied)],
  bar: [{ against: BEST_PEER, times: 0.9 }],
  aim: [{ against: BEST_PEER, times: 1 }],
};
